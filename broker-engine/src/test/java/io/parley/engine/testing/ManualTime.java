package io.parley.engine.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A machine's clock and the time that passes, when told to. Starts at 2010-12-01T08:26:00Z. */
public final class ManualTime implements InstantSource {
  private long nowMs = Instant.parse("2010-12-01T08:26:00Z").toEpochMilli();
  private long passedMs;

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(nowMs);
  }

  @Override
  public long millis() {
    return nowMs;
  }

  /** How long it is since a moment of the past, as {@link System#nanoTime}. */
  public long nanos() {
    return passedMs * 1_000_000;
  }

  /** Lets time pass. */
  public void pass(Duration duration) {
    passMs(duration.toMillis());
  }

  /** Lets time pass. */
  public void passMs(long ms) {
    nowMs += ms;
    passedMs += ms;
  }

  /** Sets the clock forth, or back, while no time passes. */
  public void jumpMs(long ms) {
    nowMs += ms;
  }
}
