package io.parley.engine.destination;

import io.parley.engine.group.Group;
import io.parley.protocol.model.MessageRecord;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A message that is neither done nor set aside, found wherever it is. Valid in its group. */
public final class WaitingMessage {
  private final Destination destination;
  private final long sequence;
  private final @Nullable Run run;
  private final @Nullable SingleMessage single;

  WaitingMessage(
      Destination destination, long sequence, @Nullable Run run, @Nullable SingleMessage single) {
    this.destination = destination;
    this.sequence = sequence;
    this.run = run;
    this.single = single;
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
