package io.parley.engine.destination;

/**
 * Where a message stands in its queue or inbox, and why. Times are milliseconds since the epoch, 0
 * where there is none.
 *
 * @param sequence its number there
 * @param storedAtMs when it was stored
 * @param failures attempts that failed
 * @param ahead messages that are handed out before it, at most; -1 where it doesn't wait, or where
 *     nobody counted
 * @param untilMs when its lease ends, or when it is due
 * @param holder who has it, for people; empty if nobody
 * @param started whether the holder said that it began to handle it
 * @param behind the sequence of the earlier message of its key that it waits for; 0 if none
 * @param failedAtMs when it last failed
 * @param errorClass kind of the last failure; empty if none
 * @param errorMessage the last failure, for people
 */
public record Standing(
    StandingReason reason,
    long sequence,
    long storedAtMs,
    int failures,
    long ahead,
    long untilMs,
    String holder,
    boolean started,
    long behind,
    long failedAtMs,
    String errorClass,
    String errorMessage) {

  /** A message that never failed. */
  static Standing of(StandingReason reason, long sequence, long storedAtMs) {
    return new Standing(reason, sequence, storedAtMs, 0, -1, 0, "", false, 0, 0, "", "");
  }

  /** A message with an entry of its own. */
  static Standing of(StandingReason reason, SingleMessage message) {
    return new Standing(
        reason,
        message.sequence,
        message.storedAtMs,
        message.attempts,
        -1,
        0,
        "",
        false,
        0,
        message.failedAtMs,
        message.errorClass,
        message.errorMessage);
  }

  Standing until(long timeMs) {
    return new Standing(
        reason,
        sequence,
        storedAtMs,
        failures,
        ahead,
        timeMs,
        holder,
        started,
        behind,
        failedAtMs,
        errorClass,
        errorMessage);
  }

  Standing after(long others, long behindSequence) {
    return new Standing(
        reason,
        sequence,
        storedAtMs,
        failures,
        others,
        untilMs,
        holder,
        started,
        behindSequence,
        failedAtMs,
        errorClass,
        errorMessage);
  }

  Standing heldUnder(Lease lease) {
    return new Standing(
        StandingReason.LEASED,
        sequence,
        storedAtMs,
        failures,
        -1,
        lease.expiresAtMs,
        lease.consumer.sink().holder(),
        lease.hasStarted(sequence),
        0,
        failedAtMs,
        errorClass,
        errorMessage);
  }
}
