package io.parley.client;

import io.parley.protocol.frame.Response;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A query on its way, and what becomes of its answer. Any thread.
 *
 * @param <T> class of the answer's body
 */
final class Asked<T> {
  private final Query<T> query;
  private final PayloadCodec codec;
  private final Duration deadline;
  private final @Nullable Afters<Answer<?>> afters;
  private final CompletableFuture<Response.Answered> raw;

  private Asked(
      Query<T> query,
      PayloadCodec codec,
      Duration deadline,
      @Nullable Afters<Answer<?>> afters,
      CompletableFuture<Response.Answered> raw) {
    this.query = query;
    this.codec = codec;
    this.deadline = deadline;
    this.afters = afters;
    this.raw = raw;
  }

  /**
   * Asks, with no more time than the asker's thread has.
   *
   * @throws QueryException.DeadlineExceeded if it has none
   */
  static <T> Asked<T> begin(Asks asks, ClientSettings settings, Query<T> query) {
    Deadline current = Deadline.current();
    if (current != null && current.isOver()) {
      throw new QueryException.DeadlineExceeded(query.type() + " is not asked: " + current);
    }
    Afters<Answer<?>> afters = settings.interceptors().beforeAsk(query);
    try {
      Duration deadline = Deadline.atMost(query.deadline());
      return new Asked<>(query, settings.codec(), deadline, afters, asks.ask(query, deadline));
    } catch (RuntimeException e) {
      tell(afters, null, e);
      throw e;
    }
  }

  /** How long to wait. */
  Duration deadline() {
    return deadline;
  }

  /** The answer as it comes; cancelling it cancels the query. */
  CompletableFuture<Response.Answered> raw() {
    return raw;
  }

  /** The answer for its asker. */
  Answer<T> answer(Response.Answered answered) {
    T body = codec.decode(answered.body(), query.answerType());
    Answer<T> answer =
        new Answer<>(
            answered.status(),
            body,
            answered.page(),
            answered.pageSize(),
            answered.total(),
            answered.reason());
    tell(afters, answer, null);
    return answer;
  }

  /** There is none. */
  void failed(Throwable failure) {
    tell(afters, null, failure);
  }

  /** The answer, later. */
  CompletableFuture<Answer<T>> whenAnswered() {
    CompletableFuture<Answer<T>> answer = new CompletableFuture<>();
    var unused =
        raw.whenComplete(
            (answered, failure) -> {
              try {
                if (failure == null) {
                  answer.complete(answer(answered));
                  return;
                }
                failed(Waiting.cause(failure));
                answer.completeExceptionally(Waiting.cause(failure));
              } catch (RuntimeException e) {
                failed(e);
                answer.completeExceptionally(e);
              }
            });
    var unusedToo = answer.whenComplete((result, failure) -> raw.cancel(false));
    return answer;
  }

  private static void tell(
      @Nullable Afters<Answer<?>> afters, @Nullable Answer<?> answer, @Nullable Throwable failure) {
    if (afters != null) {
      afters.ended(answer, failure);
    }
  }
}
