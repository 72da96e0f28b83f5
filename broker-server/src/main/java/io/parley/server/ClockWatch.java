package io.parley.server;

import io.parley.engine.sequencer.SteadyTime;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says so when the machine's clock was set while the broker ran. Run by one thread now and then.
 */
final class ClockWatch implements Runnable {
  /** What is worth telling. */
  private static final long TOLD_MS = 1_000;

  private static final Logger log = LoggerFactory.getLogger(ClockWatch.class);

  private final SteadyTime time;
  private boolean told;

  ClockWatch(SteadyTime time) {
    this.time = time;
  }

  @Override
  public void run() {
    long offsetMs = time.offsetMillis();
    if (!told && Math.abs(offsetMs) >= TOLD_MS) {
      told = true;
      log.warn(
          "the machine's clock was set {} by {}: leases, retries and windows go on as they were;"
              + " what is to be delivered at a time of day comes up to that much {} until the"
              + " broker's time has followed, {} as fast as time passes",
          offsetMs > 0 ? "forward" : "back",
          Duration.ofMillis(Math.abs(offsetMs)),
          offsetMs > 0 ? "late" : "early",
          offsetMs > 0 ? "twice" : "half");
    } else if (told && Math.abs(offsetMs) < TOLD_MS) {
      told = false;
      log.info("the broker's time has followed the machine's clock");
    }
  }
}
