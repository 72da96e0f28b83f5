package io.parley.load.report;

/**
 * How it went for a short while. Latencies are those of what was confirmed or arrived in it, 0
 * where nothing was timed.
 *
 * @param phase what the run was doing at its end
 * @param fromSeconds its start, since the first message
 * @param toSeconds its end
 * @param waiting confirmed and not arrived yet, at its end
 */
public record Sample(
    Phase phase,
    double fromSeconds,
    double toSeconds,
    double confirmedPerSecond,
    double receivedPerSecond,
    long waiting,
    long confirmP50,
    long confirmP99,
    long endToEndP50,
    long endToEndP99) {

  /** This one and the next in one: rates of both, and the worse latencies. */
  public Sample and(Sample next) {
    double first = toSeconds - fromSeconds;
    double second = next.toSeconds - next.fromSeconds;
    double both = first + second;
    return new Sample(
        next.phase,
        fromSeconds,
        next.toSeconds,
        (confirmedPerSecond * first + next.confirmedPerSecond * second) / both,
        (receivedPerSecond * first + next.receivedPerSecond * second) / both,
        next.waiting,
        Math.max(confirmP50, next.confirmP50),
        Math.max(confirmP99, next.confirmP99),
        Math.max(endToEndP50, next.endToEndP50),
        Math.max(endToEndP99, next.endToEndP99));
  }
}
