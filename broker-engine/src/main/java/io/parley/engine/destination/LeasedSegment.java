package io.parley.engine.destination;

import io.parley.protocol.model.MessageBatch;

/**
 * Leased messages with consecutive sequences that lie one after the other in their chunk.
 *
 * @param attempt which attempt this is, from 1
 * @param storedAtMs when they were stored, milliseconds since the epoch
 * @param batch the records; their array is shared and must not be changed. Who has no more use for
 *     them releases the batch, else the array isn't used again.
 */
public record LeasedSegment(long firstSequence, int attempt, long storedAtMs, MessageBatch batch) {}
