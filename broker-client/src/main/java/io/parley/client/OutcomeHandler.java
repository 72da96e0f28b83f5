package io.parley.client;

/**
 * Learns what became of commands that its service sent with {@link
 * OutgoingMessage#outcomeToInboxOf}. Runs on the outcome consumer's threads, several at once if its
 * concurrency says so.
 */
@FunctionalInterface
public interface OutcomeHandler {
  /**
   * Handles one outcome. It may come again, if a connection or a process ends before the result is
   * durable.
   *
   * @param ended the command and its outcome
   * @param delivery the outcome message: its body is the command's result, its conversation the
   *     command's
   * @throws Exception to fail the attempt, with the exception's class and message
   */
  EventResult handle(EndedCommand ended, Delivery delivery) throws Exception;
}
