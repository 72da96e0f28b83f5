package io.parley.engine.destination;

import io.parley.engine.group.Group;
import io.parley.protocol.model.MessageRecord;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A message found wherever it is: waiting, in somebody's hands, or a dead letter. Valid in its
 * group.
 */
public final class WaitingMessage {
  private final Destination destination;
  private final long sequence;
  private final @Nullable Run run;
  private final @Nullable SingleMessage single;
  private final boolean isDeadLetter;

  WaitingMessage(
      Destination destination, long sequence, @Nullable Run run, @Nullable SingleMessage single) {
    this(destination, sequence, run, single, false);
  }

  private WaitingMessage(
      Destination destination,
      long sequence,
      @Nullable Run run,
      @Nullable SingleMessage single,
      boolean isDeadLetter) {
    this.destination = destination;
    this.sequence = sequence;
    this.run = run;
    this.single = single;
    this.isDeadLetter = isDeadLetter;
  }

  static WaitingMessage deadLetter(Destination destination, SingleMessage letter) {
    return new WaitingMessage(destination, letter.sequence, null, letter, true);
  }

  /** Whether it was set aside. */
  public boolean isDeadLetter() {
    return isDeadLetter;
  }

  /** Its number in its destination. */
  public long sequence() {
    return sequence;
  }

  /** When it was stored, milliseconds since the epoch. */
  public long storedAtMs() {
    return run != null ? run.storedAtMs : single().storedAtMs;
  }

  /** Whether a consumer has it. */
  public boolean isLeased() {
    Lease holder = run != null ? run.holder(run.index(sequence)) : single().holder();
    return holder != null && !holder.isEnded();
  }

  /** Its record; valid until the next one is read. */
  public MessageRecord record() {
    Messages messages = destination.messages();
    return run != null ? messages.record(run, run.index(sequence)) : messages.record(single());
  }

  /** It is done with, though nobody had it. */
  public void remove(Group group) {
    if (isDeadLetter) {
      destination.drop(group, single());
      return;
    }
    destination.messages().forgetExpiry(group, record(), sequence);
    if (run != null) {
      destination.moveAway(run, run.index(sequence));
    } else {
      destination.moveAway(group, single());
      group.release(single().chunk);
    }
  }

  private SingleMessage single() {
    return Objects.requireNonNull(single);
  }
}
