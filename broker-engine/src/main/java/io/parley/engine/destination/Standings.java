package io.parley.engine.destination;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says why messages of one destination are where they are. Changes nothing, and reads no more than
 * the entries of the message that is asked for. Between groups.
 */
final class Standings {
  private final Destination destination;
  private final Messages messages;
  private final @Nullable KeyGates gates;

  Standings(Destination destination, Messages messages, @Nullable KeyGates gates) {
    this.destination = destination;
    this.messages = messages;
    this.gates = gates;
  }

  /** Where a message stands that was found at a place; null if it is gone since. */
  @Nullable Standing at(MessagePlace place, long nowMs) {
    Run run = place.run() == 0 ? null : messages.runAt(place.run());
    if (run != null && !run.isDone(run.index(place.sequence()))) {
      return inRun(run, place);
    }
    SingleMessage single = messages.delayed().look(place.sequence());
    if (single != null) {
      return single(single, nowMs);
    }
    SingleMessage letter = messages.deadLetter(place.sequence());
    return letter == null ? null : Standing.of(StandingReason.DEAD_LETTERED, letter);
  }

  private Standing inRun(Run run, MessagePlace place) {
    int index = run.index(place.sequence());
    Lease holder = run.holder(index);
    Standing stored = Standing.of(StandingReason.READY, place.sequence(), run.storedAtMs);
    if (holder != null && !holder.isEnded()) {
      return stored.heldUnder(holder);
    }
    long dueFirst = messages.delayed().loaded() - leasedSingles();
    long leasedBefore = destination.leased() - leasedSingles();
    long ahead = Math.max(0, place.before() - leasedBefore) + dueFirst;
    long behind = behind(messages.keyHash(run, index), place.sequence());
    return Standing.of(waits(behind), place.sequence(), run.storedAtMs).after(ahead, behind);
  }

  private Standing single(SingleMessage message, long nowMs) {
    Lease holder = message.holder();
    if (holder != null && !holder.isEnded()) {
      return Standing.of(StandingReason.LEASED, message).heldUnder(holder);
    }
    if (message.dueMs > nowMs) {
      StandingReason why = message.attempts > 0 ? StandingReason.RETRY : StandingReason.DELAYED;
      return Standing.of(why, message).until(message.dueMs);
    }
    long behind = behind(message.keyHash, message.sequence);
    return Standing.of(waits(behind), message).after(-1, behind);
  }

  private long leasedSingles() {
    return messages.delayed().leased();
  }

  /** The earlier message of its key that is in its way; 0 if none. */
  private long behind(long keyHash, long sequence) {
    if (keyHash == 0) {
      return 0;
    }
    long first = messages.delayed().firstOfKey(keyHash);
    if (first != 0 && first < sequence) {
      return first;
    }
    return gates == null ? 0 : gates.inTheWayOf(keyHash, sequence);
  }

  private StandingReason waits(long behind) {
    if (destination.definition().kind() == DestinationKind.UNOWNED) {
      return StandingReason.UNOWNED;
    }
    if (destination.definition().settings().paused()) {
      return StandingReason.PAUSED;
    }
    List<Consumer> consumers = destination.consumers();
    if (consumers.stream().allMatch(Consumer::isClosed)) {
      return StandingReason.NO_CONSUMER;
    }
    if (behind != 0) {
      return StandingReason.BEHIND_KEY;
    }
    if (destination.isOutage()) {
      return StandingReason.OUTAGE;
    }
    if (consumers.stream().noneMatch(consumer -> consumer.credit() > 0 && !consumer.isClosed())) {
      return StandingReason.NO_CREDIT;
    }
    return consumers.stream().anyMatch(Consumer::isReady)
        ? StandingReason.READY
        : StandingReason.NOT_READING;
  }
}
