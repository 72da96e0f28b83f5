package io.parley.engine.destination;

/**
 * Where a message was found.
 *
 * @param destination number of its queue or inbox
 * @param sequence its number there
 * @param run the first sequence of its run; 0 if it has an entry of its own
 * @param before messages of runs before it; 0 if it has an entry of its own
 */
public record MessagePlace(int destination, long sequence, long run, long before) {}
