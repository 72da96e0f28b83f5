package io.parley.systemtests.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A message in one place: what handlers got and said of it. */
final class Copy {
  /** A handler that got it; number is the entry's. */
  record Delivery(int number, Entry.Delivered is) {}

  /** What a handler said of it. */
  static final class Settle {
    final int number;
    final Entry.Settling said;
    int answered = Integer.MAX_VALUE;
    @Nullable Answer answer;

    Settle(int number, Entry.Settling said) {
      this.number = number;
      this.said = said;
    }

    boolean isAccepted() {
      return answer == Answer.ACCEPTED;
    }

    boolean isEnd() {
      return said.verdict().isEnd();
    }

    /** Whether it ended the message, or may have. */
    boolean mayHaveEnded() {
      return isEnd() && (answer == null || answer == Answer.ACCEPTED || answer == Answer.IN_DOUBT);
    }

    /** Whether it would have set the message aside. */
    boolean setsAside(int maxAttempts) {
      return said.verdict().kind() == Verdict.Kind.DEAD_LETTER
          || (said.verdict().kind() == Verdict.Kind.FAIL && said.attempt() >= maxAttempts);
    }
  }

  final String place;
  final String name;
  final List<Delivery> deliveries = new ArrayList<>();
  final List<Settle> settles = new ArrayList<>();
  private final Map<Long, Settle> byEpoch = new HashMap<>();

  Copy(String place, String name) {
    this.place = place;
    this.name = name;
  }

  void delivered(int number, Entry.Delivered delivered) {
    deliveries.add(new Delivery(number, delivered));
  }

  void settling(int number, Entry.Settling said) {
    Settle settle = new Settle(number, said);
    settles.add(settle);
    byEpoch.put(said.epoch(), settle);
  }

  void settled(int number, Entry.Settled settled) {
    Settle settle = byEpoch.get(settled.epoch());
    if (settle != null) {
      settle.answered = number;
      settle.answer = settled.answer();
    }
  }

  Set<Long> sequences() {
    Set<Long> sequences = new TreeSet<>();
    deliveries.forEach(delivery -> sequences.add(delivery.is.sequence()));
    return sequences;
  }

  /** Its place in the queue; of one that was delivered. */
  long sequence() {
    return deliveries.get(0).is.sequence();
  }

  boolean mayHaveEnded() {
    return settles.stream().anyMatch(Settle::mayHaveEnded);
  }

  /** The settle that ended it and was accepted, or null. */
  @Nullable Settle acceptedEnd() {
    for (Settle settle : settles) {
      if (settle.isEnd() && settle.isAccepted()) {
        return settle;
      }
    }
    return null;
  }

  boolean mayHaveBeenDead(int maxAttempts) {
    return settles.stream().anyMatch(settle -> settle.setsAside(maxAttempts));
  }

  @Override
  public String toString() {
    return name + " in " + place;
  }
}
