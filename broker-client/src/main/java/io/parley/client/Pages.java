package io.parley.client;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.frame.Response;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The pages of an answer, one after the other as they come. At most {@link Query#pagesAhead} are
 * here and not taken; its responder waits meanwhile.
 *
 * <pre>{@code
 * try (Pages<Cart[]> pages = client.askPages(Query.of("shop.cart.FindCarts", "", Cart[].class))) {
 *   for (Cart[] page : pages) {
 *     show(page);
 *   }
 * }
 * }</pre>
 *
 * <p>To be closed, which tells the responder that nobody wants the rest. For one thread at a time.
 *
 * @param <T> class of a page's body
 */
public final class Pages<T> implements Iterable<T>, Iterator<T>, AutoCloseable {
  /** After the last page. */
  private static final Object END = new Object();

  private final ParleyClient client;
  private final Query<T> query;
  private final @Nullable Afters<Answer<?>> afters;
  private final Runnable whenOver;
  private final BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
  private final AtomicBoolean over = new AtomicBoolean();
  private final PagesCall call;

  private @Nullable Object next;
  private String cursor;
  private boolean closed;

  private Pages(
      ParleyClient client,
      Asks asks,
      Query<T> query,
      int credit,
      @Nullable Afters<Answer<?>> afters,
      Runnable whenOver) {
    this.client = client;
    this.query = query;
    this.afters = afters;
    this.whenOver = whenOver;
    this.cursor = query.cursor();
    this.call = asks.pages(query, Deadline.atMost(query.deadline()), credit, new Arrivals());
  }

  static <T> Pages<T> begin(ParleyClient client, Asks asks, Query<T> query, int credit) {
    Deadline current = Deadline.current();
    if (current != null && current.isOver()) {
      throw new QueryException.DeadlineExceeded(query.type() + " is not asked: " + current);
    }
    Afters<Answer<?>> afters = client.settings().interceptors().beforeAsk(query);
    Runnable whenOver = () -> {};
    try {
      whenOver = asks.openOne();
      Pages<T> pages = new Pages<>(client, asks, query, credit, afters, whenOver);
      pages.call.start();
      return pages;
    } catch (RuntimeException e) {
      whenOver.run();
      if (afters != null) {
        afters.ended(null, e);
      }
      throw e;
    }
  }

  /** These. */
  @Override
  public Iterator<T> iterator() {
    return this;
  }

  /**
   * Whether there is another page; waits for it.
   *
   * @throws QueryException if the answer ended with another status than that of its end: {@link
   *     QueryException.DeadlineExceeded} if not all pages came in time, {@link
   *     QueryException.BrokenOff} if the responder was lost and nobody could go on. The pages
   *     before are good.
   * @throws ParleyException {@code CANCELLED} once it is closed, or the thread interrupted
   */
  @Override
  public boolean hasNext() {
    if (next == null) {
      next = await();
    }
    if (next instanceof ParleyException failure) {
      failure.fillInStackTrace();
      throw failure;
    }
    return next != END;
  }

  /**
   * The next page; waits for it.
   *
   * @throws NoSuchElementException if there is none
   * @throws QueryException as {@link #hasNext}
   */
  @Override
  public T next() {
    T items = take();
    call.more();
    return items;
  }

  /** As {@link #next}, but for this one no other may come. */
  T take() {
    if (!hasNext()) {
      throw new NoSuchElementException("there is no further page of " + query.type());
    }
    Response.Page page = (Response.Page) Objects.requireNonNull(next);
    next = null;
    cursor = page.cursor();
    return client.codec().decode(page.body(), query.answerType());
  }

  /**
   * The cursor given with the page that was taken last: {@link Query#from} goes on behind it, now
   * or later. Empty if it had none.
   */
  public String cursor() {
    return cursor;
  }

  /** Wants no more: the responder is told. Doesn't wait; a second call does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      call.cancel();
    }
  }

  private Object await() {
    if (closed) {
      return cancelled("closed");
    }
    client.requireNotOnEventLoop();
    try {
      return arrived.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      return cancelled("interrupted");
    }
  }

  private ParleyException cancelled(String why) {
    return new ParleyException(ErrorCode.CANCELLED, "pages of " + query.type() + ": " + why);
  }

  /** What the event loop brings; bounded by the credit. */
  private final class Arrivals implements PagesCall.Sink {
    @Override
    public void page(Response.Page page) {
      arrived.add(page);
    }

    @Override
    public void ended() {
      end(END, null);
    }

    @Override
    public void failed(ParleyException reason) {
      end(reason, reason);
    }

    private void end(Object last, @Nullable Throwable failure) {
      if (over.compareAndSet(false, true)) {
        arrived.add(last);
        whenOver.run();
        if (afters != null) {
          afters.ended(failure == null ? Answer.endOfPages() : null, failure);
        }
      }
    }
  }
}
