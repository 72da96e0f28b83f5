package io.parley.client;

import java.util.List;

/**
 * Handles commands of one type several at a time, where that is cheaper than one by one: one
 * transaction, one bulk insert. Runs on the consumer's threads, several at once if its concurrency
 * says so.
 *
 * @param <C> class of the bodies
 */
@FunctionalInterface
public interface CommandBatchHandler<C> {
  /**
   * Handles what is there: at least one, at most as many as was said with the handler, in the order
   * of delivery. It never waits for more. Any of them may come again, if a connection or a process
   * ends before its result is durable.
   *
   * <p>Each can be settled on its own with {@code batch.get(i).delivery().settle(…)}; the result
   * returned is that of all others. An attempt of each began with this call; those settled with
   * {@link CommandResult#release} aren't counted.
   *
   * <p>What is sent meanwhile isn't stamped with a cause, there being several: see {@link
   * OutgoingMessage#causedBy}.
   *
   * @param batch not changeable; those whose body can't be decoded aren't in it, they are
   *     dead-lettered
   * @return for all that aren't settled yet; what it emits is emitted by each of them
   * @throws Exception to fail the attempts of all that aren't settled yet, with the exception's
   *     class and message; {@link RejectedException} too: it rejects none
   */
  CommandResult handle(List<Batched<C, CommandDelivery>> batch) throws Exception;
}
