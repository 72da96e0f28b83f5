package io.parley.engine.destination;

import io.parley.engine.group.ValueReader;
import io.parley.engine.group.ValueWriter;

/**
 * What operators set for one queue or inbox, as stored. What they don't set goes by the broker's
 * settings.
 *
 * @param paused whether nothing is handed out
 * @param maxAttempts started handlings that may fail before a message is set aside; 0 if not set
 * @param backOffMinMs wait after the first failed attempt; 0 if not set
 * @param backOffMaxMs longest wait between attempts; 0 if not set
 * @param leaseMs how long a delivery is its consumer's who doesn't say; 0 if not set
 * @param outageAfter failures in a row that are taken for an outage: 0 for never; {@link #NOT_SET}
 * @param maxMessages most messages it holds; 0 if not set
 * @param maxBytes most bytes of messages it holds; 0 if not set
 */
public record DestinationSettings(
    boolean paused,
    int maxAttempts,
    long backOffMinMs,
    long backOffMaxMs,
    int leaseMs,
    int outageAfter,
    long maxMessages,
    long maxBytes) {
  /** For {@link #outageAfter}, which may be 0. */
  public static final int NOT_SET = -1;

  /** Nothing is set. */
  public static final DestinationSettings NONE =
      new DestinationSettings(false, 0, 0, 0, 0, NOT_SET, 0, 0);

  /** The same, paused or not. */
  public DestinationSettings withPaused(boolean newPaused) {
    return new DestinationSettings(
        newPaused,
        maxAttempts,
        backOffMinMs,
        backOffMaxMs,
        leaseMs,
        outageAfter,
        maxMessages,
        maxBytes);
  }

  void encode(ValueWriter out) {
    out.u8(paused ? 1 : 0)
        .i32(maxAttempts)
        .i64(backOffMinMs)
        .i64(backOffMaxMs)
        .i32(leaseMs)
        .i32(outageAfter)
        .i64(maxMessages)
        .i64(maxBytes);
  }

  static DestinationSettings decode(ValueReader in) {
    DestinationSettings settings =
        new DestinationSettings(
            in.u8() == 1, in.i32(), in.i64(), in.i64(), in.i32(), in.i32(), in.i64(), in.i64());
    return settings.equals(NONE) ? NONE : settings;
  }
}
