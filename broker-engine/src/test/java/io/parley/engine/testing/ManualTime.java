package io.parley.engine.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Time that passes when told to. Starts at 2010-12-01T08:26:00Z. */
public final class ManualTime implements InstantSource {
  private long nowMs = Instant.parse("2010-12-01T08:26:00Z").toEpochMilli();

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(nowMs);
  }

  @Override
  public long millis() {
    return nowMs;
  }

  /** Lets time pass; a negative duration turns the clock back. */
  public void pass(Duration duration) {
    nowMs += duration.toMillis();
  }

  /** Lets time pass; a negative number turns the clock back. */
  public void passMs(long ms) {
    nowMs += ms;
  }
}
