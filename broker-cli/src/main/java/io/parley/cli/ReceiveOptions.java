package io.parley.cli;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How many messages to receive, for how long, and what becomes of them. */
final class ReceiveOptions {
  /** Messages that are only looked at stay leased until the end, so their number is bounded. */
  private static final int HELD_MAX = 1_000;

  private static final int CREDIT_MAX = 256;

  enum Ack {
    COMPLETE,
    RELEASE
  }

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "End after so many messages; 0, if left out, for no limit.")
  int count;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "End when nothing came for so long. Exits 75 if --count was given and not met.")
  @Nullable Duration timeout;

  @Option(
      names = "--ack",
      paramLabel = "complete|release",
      description = {
        "complete, if left out: they are done once printed.",
        "release: they are given back at the end, untouched and uncounted."
      })
  Ack ack = Ack.COMPLETE;

  @Option(
      names = "--lease",
      paramLabel = "TIME",
      description = "How long others wait if this process dies; the broker's default if left out.")
  @Nullable Duration lease;

  void check() {
    Arguments.requireWithin("--count", count, 0, Integer.MAX_VALUE);
    if (ack == Ack.RELEASE) {
      Arguments.requireWithin("--count (with --ack release)", count, 1, HELD_MAX);
    }
  }

  /** Messages to have at hand: no more than will be received. */
  int credit() {
    return ack == Ack.RELEASE ? count : Math.min(count == 0 ? CREDIT_MAX : count, CREDIT_MAX);
  }
}
