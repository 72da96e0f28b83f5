package io.parley.server.operation;

import io.parley.engine.Engine;
import io.parley.engine.destination.MessagePlace;
import io.parley.engine.destination.MessageSearch;
import io.parley.engine.store.StoreException;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;
import io.parley.server.admin.ExplanationInfo;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Searches for messages by id, that go on beside the owner thread for as long as somebody asks for
 * them. Any thread may call.
 *
 * <pre>
 *   ended? ──no──> chunks, step by step ──found──> which destinations? ──> entries, step by step
 *   (owner)        (search thread)                 (owner)                 (search thread)
 *                                                                          └─> standings (owner)
 * </pre>
 *
 * <p>Bounded: {@link #SEARCHES_MAX} at once, which take turns step by step on one thread; one that
 * nobody asked for during {@link #ABANDONED_AFTER} ends.
 */
final class Searches {
  /** Most searches at once. */
  static final int SEARCHES_MAX = 8;

  /** How long an answer is waited for before the one who asks is told how far the search is. */
  static final Duration TOLD_AFTER = Duration.ofSeconds(1);

  /** A search ends that nobody asked for in this time. */
  static final Duration ABANDONED_AFTER = Duration.ofSeconds(30);

  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private final OwnerThread owner;
  private final Executor thread;
  private final LongSupplier nanoTime;
  private final Map<Key, Search> running = new HashMap<>();

  private record Key(String namespace, MessageId id) {}

  /** Searches on a thread of their own, which is there only while there is one. */
  Searches(OwnerThread owner) {
    this(owner, searchThread(), System::nanoTime);
  }

  /**
   * Searches on a thread of the caller's choice.
   *
   * @param nanoTime a clock of nanoseconds that never runs backwards
   */
  Searches(OwnerThread owner, Executor thread, LongSupplier nanoTime) {
    this.owner = owner;
    this.thread = thread;
    this.nanoTime = nanoTime;
  }

  private static Executor searchThread() {
    ThreadPoolExecutor one =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "parley-search");
              thread.setDaemon(true);
              return thread;
            });
    one.allowCoreThreadTimeOut(true);
    return one;
  }

  /** Why a message is where it is, or how far the search is; asking again goes on with it. */
  CompletionStage<ExplanationInfo> explain(String namespace, MessageId id) {
    return owner
        .view(namespace, engine -> Found.of(Explanations.ended(engine, id), engine.position()))
        .thenCompose(
            found ->
                found.ended() != null
                    ? CompletableFuture.completedFuture(found.ended())
                    : search(new Key(namespace, id), found.newest()));
  }

  /** Where a message is; empty if it is nowhere. Waits for the end of the search. */
  CompletionStage<List<MessagePlace>> places(String namespace, MessageId id) {
    return owner
        .view(namespace, Engine::position)
        .thenCompose(
            newest -> {
              Search search = joined(new Key(namespace, id), newest);
              search.awaited = true;
              return search.answer.thenApply(found -> search.search.places());
            });
  }

  private record Found(@Nullable ExplanationInfo ended, long newest) {
    static Found of(@Nullable ExplanationInfo ended, long newest) {
      return new Found(ended, newest);
    }
  }

  private CompletionStage<ExplanationInfo> search(Key key, long newest) {
    Search search = joined(key, newest);
    return search
        .answer
        .thenApply(Optional::of)
        .completeOnTimeout(Optional.empty(), TOLD_AFTER.toMillis(), TimeUnit.MILLISECONDS)
        .thenApply(found -> found.orElseGet(search::soFar));
  }

  private synchronized Search joined(Key key, long newest) {
    Search search = running.get(key);
    if (search == null) {
      if (running.size() >= SEARCHES_MAX) {
        throw new ParleyException(
            ErrorCode.OVERLOADED,
            "searches: " + (SEARCHES_MAX + 1) + " (expected: at most " + SEARCHES_MAX + " at once)",
            RETRY_AFTER);
      }
      search = new Search(key, newest);
      running.put(key, search);
      thread.execute(search);
    }
    search.askedAtNanos = nanoTime.getAsLong();
    return search;
  }

  private synchronized void forget(Key key) {
    running.remove(key);
  }

  /** One search; its steps are done one after the other. */
  private final class Search implements Runnable {
    private final Key key;
    private final MessageSearch search;
    final CompletableFuture<ExplanationInfo> answer = new CompletableFuture<>();
    private boolean looksInDestinations;
    volatile long askedAtNanos = nanoTime.getAsLong();

    /** Whether somebody waits for its end. */
    volatile boolean awaited;

    private volatile double progress;
    private volatile long bytesLooked;

    Search(Key key, long newest) {
      this.key = key;
      this.search = owner.find(key.namespace()).search(key.id(), newest);
      answer.whenComplete((found, failure) -> forget(key));
    }

    ExplanationInfo soFar() {
      return new ExplanationInfo(
          key.id(),
          ExplanationInfo.Status.SEARCHING,
          progress,
          bytesLooked,
          null,
          null,
          null,
          List.of(),
          0);
    }

    @Override
    public void run() {
      try {
        boolean isWanted =
            awaited || nanoTime.getAsLong() - askedAtNanos <= ABANDONED_AFTER.toNanos();
        if (!isWanted) {
          answer.cancel(false);
          return;
        }
        search.step();
        progress = search.progress();
        bytesLooked = search.bytesLooked();
        next();
      } catch (StoreException e) {
        answer.completeExceptionally(OwnerThread.unavailable(e));
      } catch (RuntimeException e) {
        answer.completeExceptionally(e);
      }
    }

    private void next() {
      MessageSearch.Stored stored = search.stored();
      if (!search.isOver()) {
        thread.execute(this);
      } else if (stored != null && !looksInDestinations) {
        looksInDestinations = true;
        owner
            .view(
                key.namespace(), engine -> Explanations.candidates(engine, stored.message().kind()))
            .thenAccept(
                candidates -> {
                  search.lookIn(candidates);
                  thread.execute(this);
                })
            .exceptionally(this::failed);
      } else {
        owner
            .view(key.namespace(), engine -> Explanations.of(engine, key.id(), search))
            .thenAccept(answer::complete)
            .exceptionally(this::failed);
      }
    }

    private @Nullable Void failed(Throwable why) {
      answer.completeExceptionally(why.getCause() == null ? why : why.getCause());
      return null;
    }
  }
}
