package io.parley.client;

/**
 * One message of a batch: its body, and the delivery by which it can be settled on its own.
 *
 * @param body what the body was decoded to
 * @param delivery the message's id, attempt, epoch and so on, and its settling
 * @param <B> class of the body
 * @param <D> {@link CommandDelivery} or {@link EventDelivery}
 */
public record Batched<B, D extends Delivery>(B body, D delivery) {}
