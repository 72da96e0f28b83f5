package io.parley.engine.destination;

import io.parley.engine.group.Chunks;

/**
 * What is handed out to all consumers together before others have their turn. Owner thread.
 *
 * <p>Bytes that were granted and haven't reached a sink yet: whether a sink takes more shows only
 * when it has got them, and a thousand that each have room may have none together. And bytes that
 * had to be read for it: where messages of many queues came in turns, each lies in a chunk that is
 * a hundred times as large, and all that was asked for would take seconds.
 */
final class OnTheirWay {
  /** From then on nobody is granted more. */
  static final int MAX_BYTES = 8 * 1024 * 1024;

  /** From then on only what is in memory is granted in this turn. */
  static final int READ_MAX_BYTES = 2 * 1024 * 1024;

  private final Chunks chunks;
  private long bytes;
  private long readBefore;

  OnTheirWay(Chunks chunks) {
    this.chunks = chunks;
  }

  /** All others had their turn. */
  void beginTurn() {
    readBefore = chunks.readBytes();
  }

  void add(int more) {
    bytes += more;
  }

  /** Whether nothing more may be granted before some of it has arrived. */
  boolean isFull() {
    return bytes >= MAX_BYTES;
  }

  /** Whether who comes now gets less than it could have had, and may have to wait for its turn. */
  boolean isTurnOver() {
    return isFull() || hasReadEnough();
  }

  /** Whether nothing more may be read in this turn. */
  boolean hasReadEnough() {
    return chunks.readBytes() - readBefore >= READ_MAX_BYTES;
  }
}
