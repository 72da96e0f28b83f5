package io.parley.engine.destination;

/**
 * Bytes that were granted and haven't reached a sink yet, to all consumers together: whether a sink
 * takes more shows only when it has got them, and a thousand that each have room may have none
 * together. Owner thread.
 */
final class OnTheirWay {
  /** From then on nobody is granted more. */
  static final int MAX_BYTES = 8 * 1024 * 1024;

  private long bytes;

  void add(int more) {
    bytes += more;
  }

  boolean isFull() {
    return bytes >= MAX_BYTES;
  }
}
