package io.parley.engine.sequencer;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The time of day as the broker goes by it: it follows the machine's clock, but passes steadily
 * when that is set.
 *
 * <p>Leases, retries, delays and deduplication windows are lengths of time. If the machine's clock
 * jumped forth and they with it, every lease would end at once and what was sent twice would be
 * stored twice; if it jumped back, nothing would come due until it is there again. So between two
 * looks at most twice and at least half as much time passes here as did in fact, until both agree:
 * a jump of an hour forth is made up for within an hour, one back within two.
 *
 * <pre>
 *   clock jumps forth     ____________          clock jumps back
 *                        |        ___/  here                ___/  here
 *                        |    ___/                       __/  ____
 *                     ___|___/                     _____/ ___/
 * </pre>
 *
 * <p>It can't tell a clock that was put right from one that was put wrong: what is to be delivered
 * at a time of day may be early or late by the difference, which is {@link #offsetMillis}.
 *
 * <p>Thread-safe.
 */
public final class SteadyTime implements InstantSource {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final InstantSource clock;
  private final LongSupplier nanos;
  private long now; // nanoseconds since the epoch
  private long lookedAt; // what nanos said then
  private long offset; // of the clock from now, nanoseconds

  /**
   * Time that begins with what the clock says.
   *
   * @param clock the machine's
   * @param nanos what {@link System#nanoTime} says
   */
  public SteadyTime(InstantSource clock, LongSupplier nanos) {
    this.clock = clock;
    this.nanos = nanos;
    this.now = clock.millis() * NANOS_PER_MILLI;
    this.lookedAt = nanos.getAsLong();
  }

  /** Time by this machine's clocks. */
  public static SteadyTime ofSystem() {
    return new SteadyTime(InstantSource.system(), System::nanoTime);
  }

  @Override
  public synchronized long millis() {
    long nanosNow = nanos.getAsLong();
    long passed = Math.max(0, nanosNow - lookedAt);
    lookedAt = nanosNow;
    now += passed;
    offset = clock.millis() * NANOS_PER_MILLI - now;
    if (Math.abs(offset) >= NANOS_PER_MILLI) { // less is the clock's grain
      long correction = Math.max(-passed / 2, Math.min(offset, passed));
      now += correction;
      offset -= correction;
    }
    return now / NANOS_PER_MILLI;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }

  /**
   * It is this time already, milliseconds since the epoch: something was done at it, before a
   * restart.
   */
  public synchronized void atLeast(long ms) {
    now = Math.max(now, ms * NANOS_PER_MILLI);
  }

  /** How far the machine's clock is ahead, as of the last look; negative if it is behind. */
  public synchronized long offsetMillis() {
    return offset / NANOS_PER_MILLI;
  }
}
