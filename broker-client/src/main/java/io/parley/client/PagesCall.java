package io.parley.client;

import io.netty.util.concurrent.ScheduledFuture;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.WireLimits;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageBatch;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An ask for pages, from its first to its end: across connections, as long as the last page had a
 * cursor to go on from. Event loop only, but for {@link #start}, {@link #more} and {@link #cancel}.
 */
final class PagesCall extends Call {
  /** Who gets the pages; called by the event loop, and by the starter if the client is closed. */
  interface Sink {
    void page(Response.Page page);

    /** After the last page. */
    void ended();

    void failed(ParleyException reason);
  }

  /** How much longer than its deadline to wait for the broker to say that it passed. */
  private static final int GRACE_MS = 200;

  private final Connection connection;
  private final Query<?> query;
  private final MessageBatch record;
  private final Duration deadline;
  private final long untilNanos;
  private final Sink sink;

  private String from;
  private int credit;
  private long received;
  private boolean over;
  private @Nullable ScheduledFuture<?> timer;

  PagesCall(
      Connection connection,
      Query<?> query,
      MessageBatch record,
      Duration deadline,
      int credit,
      Sink sink) {
    this.connection = connection;
    this.query = query;
    this.record = record;
    this.deadline = deadline;
    this.untilNanos = System.nanoTime() + deadline.toNanos();
    this.from = query.cursor();
    this.credit = credit;
    this.sink = sink;
  }

  // ---- any thread

  void start() {
    connection.execute(this::begin);
    if (connection.isClosed()) {
      // It may have come too late for the event loop to see.
      sink.failed(Connection.closedException());
    }
  }

  /** The asker can take one more page. */
  void more() {
    connection.execute(
        () -> {
          if (!over) {
            credit = Math.min(WireLimits.PAGE_CREDIT_MAX, credit + 1);
            connection.write(new Request.PageCredit(0, correlation(), 1));
          }
        });
  }

  /** The asker wants no more. */
  void cancel() {
    connection.execute(
        () -> {
          if (end()) {
            connection.write(new Request.CancelAsk(0, correlation()));
            sink.failed(new ParleyException(ErrorCode.CANCELLED, query.type() + ": cancelled"));
          }
        });
  }

  // ---- event loop

  private void begin() {
    connection.call(this);
    if (!over) {
      timer =
          connection
              .loop()
              .schedule(
                  () -> failed(timedOut(connection.isUp())),
                  timeLeftMs() + GRACE_MS,
                  TimeUnit.MILLISECONDS);
    }
  }

  @Override
  Request frame() {
    return new Request.AskPages(
        correlation(),
        Math.max(1, timeLeftMs()),
        query.pageSize(),
        Math.max(1, credit),
        from,
        record);
  }

  @Override
  void answered(Response response) {
    if (response instanceof Response.Page page) {
      credit--;
      received++;
      from = page.cursor();
      sink.page(page);
      return;
    }
    Response.Answered answered = (Response.Answered) response;
    if (!end()) {
      return;
    }
    switch (answered.status()) {
      case 204 -> sink.ended();
      case 200 -> {
        sink.page(new Response.Page(answered.correlation(), "", answered.body()));
        sink.ended();
      }
      default -> sink.failed(QueryException.of(answered.status(), answered.reason()));
    }
  }

  @Override
  void failed(ParleyException reason) {
    if (end()) {
      sink.failed(reason);
    }
  }

  @Override
  boolean outlivesConnection() {
    if (received == 0 || !from.isEmpty()) {
      return true;
    }
    // Later, as the calls are being gone through.
    QueryException reason =
        new QueryException.BrokenOff(
            query.type()
                + ": the connection ended after "
                + received
                + " pages without a cursor to go on from");
    connection.execute(() -> failed(reason));
    return false;
  }

  private boolean end() {
    if (over) {
      return false;
    }
    over = true;
    if (timer != null) {
      timer.cancel(false);
    }
    connection.forget(this);
    return true;
  }

  private QueryException timedOut(boolean connected) {
    return new QueryException.DeadlineExceeded(
        query.type()
            + ": not all pages in "
            + deadline
            + (connected ? "" : ", and no connection to " + connection.settings().uri()));
  }

  private int timeLeftMs() {
    long left = TimeUnit.NANOSECONDS.toMillis(untilNanos - System.nanoTime());
    return (int) Math.max(0, Math.min(Integer.MAX_VALUE, left));
  }
}
