package io.parley.client;

import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import org.jspecify.annotations.Nullable;

/**
 * Sees what a client sends, asks, handles and answers: to add headers, measure time, write an audit
 * trail, or refuse. Every method may be left out. Registered with {@link
 * ParleyClient.Builder#interceptor}; those registered first are called first, and their {@link
 * After} last.
 *
 * <p>A method that throws refuses: the interceptors behind it aren't called, the {@link After} of
 * those before it is told the exception, and the call fails with it, or the handling as if the
 * handler had thrown it.
 *
 * <p>Called by several threads at once. With no interceptor registered nothing of this costs
 * anything.
 */
public interface ClientInterceptor {
  /**
   * Before a command is sent or an event published, on the sender's thread.
   *
   * @param message may be changed, by {@link OutgoingMessage#header} for example
   * @return told the id once the broker has confirmed it, or the failure, before the sender hears
   *     of it; by an event loop, so it must not block. Null if nobody wants to know
   * @throws RuntimeException to refuse: thrown out of the send, nothing is sent
   */
  default @Nullable After<MessageId> beforeSend(MessageKind kind, OutgoingMessage message) {
    return null;
  }

  /**
   * Before a command or event goes out together with something else: emitted by a handler's
   * completion, or put into an outbox. On the thread that settles, or that puts it there.
   *
   * @param message may be changed, by {@link OutgoingMessage#header} for example
   * @throws RuntimeException to refuse: thrown out of the settle, which fails the attempt of a
   *     handler that returned
   */
  default void beforeEmit(MessageKind kind, OutgoingMessage message) {}

  /**
   * Before a query is asked, on the asker's thread.
   *
   * @param query may be changed, by {@link Query#filter} for example; queries have no other headers
   * @return told the answer, which has status 200, or the failure, a {@link QueryException} for any
   *     other; by the asker's thread or, if that doesn't wait, an event loop, so it must not block.
   *     Null if nobody wants to know
   * @throws RuntimeException to refuse: thrown out of the ask, nothing is asked
   */
  default @Nullable After<Answer<?>> beforeAsk(Query<?> query) {
    return null;
  }

  /**
   * Before a command or event is handled, or handed out by a {@link Receiver}: on the thread that
   * handles or receives. Of a batch, for each message.
   *
   * @return told how the message was settled, by the thread that settles it, which of a handler by
   *     type or batch is the handler's: with the exception if it was by one. Not called for what is
   *     never settled. Null if nobody wants to know
   * @throws RuntimeException to refuse: the attempt fails, and counts, without the handler having
   *     seen the message; {@link RejectedException} rejects a command
   */
  default @Nullable After<Verdict> beforeHandling(Delivery delivery) {
    return null;
  }

  /**
   * Before a query is answered, on the responder's thread.
   *
   * @return told the handler's answer of whatever status, or what it threw, on the same thread.
   *     Null if nobody wants to know
   * @throws RuntimeException to refuse: a {@link QueryException} is the answer, anything else is
   *     answered with 503
   */
  default @Nullable After<Answer<?>> beforeAnswer(Question question) {
    return null;
  }

  /**
   * Told how something ended. What it throws is logged, and changes nothing.
   *
   * @param <T> what it ends with if it goes well
   */
  @FunctionalInterface
  interface After<T> {
    /**
     * It ended.
     *
     * @param result null if it failed before there was one
     * @param failure null if it went without
     */
    void ended(@Nullable T result, @Nullable Throwable failure);
  }
}
