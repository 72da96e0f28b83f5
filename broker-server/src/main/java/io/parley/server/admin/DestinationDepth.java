package io.parley.server.admin;

import java.time.Duration;

/**
 * How full a queue or inbox is.
 *
 * @param kind commands that nobody owns yet are a queue of their type's name
 * @param consumers who consume from it now
 * @param paused whether an operator paused it
 * @param outage whether all that is handled fails
 * @param overQuota whether a subscription gets no events because it is full
 * @param unattended how long nobody has consumed from it, since it was made if nobody ever did;
 *     zero while somebody does
 */
public record DestinationDepth(
    DestinationKind kind,
    String name,
    long ready,
    long leased,
    long delayed,
    long deadLetters,
    int consumers,
    boolean paused,
    boolean outage,
    boolean overQuota,
    Duration unattended) {}
