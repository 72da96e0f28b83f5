package io.parley.client;

/**
 * Does what commands of one type ask for. Runs on the consumer's threads, several at once if its
 * concurrency says so.
 *
 * @param <C> class of the body
 */
@FunctionalInterface
public interface CommandHandler<C> {
  /**
   * Handles one command. It may come again, if a connection or a process ends before the result is
   * durable.
   *
   * @param delivery the command's id, attempt, epoch and so on
   * @throws RejectedException to reject the command
   * @throws Exception to fail the attempt, with the exception's class and message
   */
  CommandResult handle(C command, Delivery delivery) throws Exception;
}
