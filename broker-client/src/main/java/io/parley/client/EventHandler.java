package io.parley.client;

/**
 * Takes notice of events. Runs on the subscriber's threads, several at once if its concurrency says
 * so.
 *
 * @param <E> class of the body
 */
@FunctionalInterface
public interface EventHandler<E> {
  /**
   * Handles one event. It may come again, if a connection or a process ends before the result is
   * durable.
   *
   * @param delivery the event's id, attempt, epoch and so on
   * @throws Exception to fail the attempt, with the exception's class and message
   */
  EventResult handle(E event, Delivery delivery) throws Exception;
}
