package io.parley.server.admin;

import java.time.Instant;

/**
 * Dead letters of one queue or subscription that have the same type and the same class of failure.
 *
 * @param destination name of the queue or subscription
 * @param destinationKind which of the two
 * @param errorClass class of their last failure
 * @param type of the messages
 * @param count how many
 * @param oldest when the first of them was set aside
 * @param newest when the last of them was
 * @param example the message of the newest failure
 */
public record DeadLetterGroup(
    String destination,
    DestinationKind destinationKind,
    String errorClass,
    String type,
    long count,
    Instant oldest,
    Instant newest,
    String example) {}
