package io.parley.engine.destination;

/**
 * A consumer as it is now.
 *
 * @param holder who it is, for people
 * @param credit messages it can take now
 * @param held messages it has
 * @param reading whether it takes what is sent to it
 * @param leaseEndsMs when the first of its leases ends, milliseconds since the epoch; 0 if it holds
 *     nothing
 */
public record ConsumerStanding(
    String holder, int credit, int held, boolean reading, long leaseEndsMs) {}
