package io.parley.engine.destination;

/**
 * Notices that whatever is handled fails: then it isn't the messages' fault, and trying on would
 * only burn their attempts. Memory alone, as leases are; after a restart it has to notice again.
 *
 * <pre>
 *   failures in a row, of several messages ──enough──> open: one message at a time, after a wait
 *          ▲                                             │ fails: twice the wait
 *          └────────────── a success ends it ────────────┘
 * </pre>
 */
final class Outage {
  /** Wait before the first message is tried. */
  static final long PROBE_MIN_MS = 1_000;

  /** Longest wait before the next message is tried. */
  static final long PROBE_MAX_MS = 60_000;

  /** Messages that have to fail: one alone may be at fault itself. */
  static final int MESSAGES_MIN = 3;

  private final long[] failedMessages = new long[MESSAGES_MIN];
  private int messages;
  private int failures;
  private long sinceMs;
  private long waitMs = PROBE_MIN_MS;
  private long probeAtMs;

  /**
   * A message failed.
   *
   * @param after failures in a row that are taken for an outage; 0 for never
   * @return whether this one began it
   */
  boolean failed(long sequence, long nowMs, int after) {
    if (isOpen()) {
      if (nowMs >= probeAtMs) { // else it was handed out before
        waitMs = Math.min(2 * waitMs, PROBE_MAX_MS);
        probeAtMs = nowMs + waitMs;
      }
      return false;
    }
    failures++;
    note(sequence);
    boolean begins = after > 0 && failures >= after && messages == MESSAGES_MIN;
    if (begins) {
      sinceMs = nowMs;
      probeAtMs = nowMs + waitMs;
    }
    return begins;
  }

  private void note(long sequence) {
    for (int i = 0; i < messages; i++) {
      if (failedMessages[i] == sequence) {
        return;
      }
    }
    if (messages < MESSAGES_MIN) {
      failedMessages[messages++] = sequence;
    }
  }

  boolean isOpen() {
    return sinceMs != 0;
  }

  /** Since when, milliseconds since the epoch; 0 if there is none. */
  long sinceMs() {
    return sinceMs;
  }

  /** When the next message is tried. */
  long probeAtMs() {
    return probeAtMs;
  }
}
