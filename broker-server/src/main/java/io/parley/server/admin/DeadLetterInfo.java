package io.parley.server.admin;

import java.time.Instant;

/**
 * A message set aside inside its queue or inbox, and why.
 *
 * @param message what it is; its state is {@link MessageState#DEAD}
 * @param destination name of the queue or subscription
 * @param destinationKind which of the two
 * @param errorClass the last failure's class
 * @param errorMessage the last failure's message
 * @param deadAt when it was set aside
 */
public record DeadLetterInfo(
    MessageInfo message,
    String destination,
    DestinationKind destinationKind,
    String errorClass,
    String errorMessage,
    Instant deadAt) {}
