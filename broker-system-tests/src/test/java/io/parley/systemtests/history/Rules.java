package io.parley.systemtests.history;

import io.parley.protocol.model.OutcomeStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What must hold in a history whose queues and inboxes were drained at the end, with dead letters
 * put back and completed, and the ledger asked for all commands.
 */
public final class Rules {
  /** A message's time is over so much after it, at the latest. */
  private static final long EXPIRY_TOLERANCE_MS = 200;

  /** Two looks at one clock, by two processes. */
  private static final long CLOCK_TOLERANCE_MS = 20;

  /** So much after its deadline a query has failed, on a machine that is busy. */
  private static final long DEADLINE_TOLERANCE_MS = 5_000;

  private Rules() {}

  /** All of them. */
  static List<Rule> all() {
    return List.of(
        new NoConfirmedMessageIsLost(),
        new NothingIsLeftUnended(),
        new NoConfirmedSettleIsUndone(),
        new NothingIsEndedTwice(),
        new NoStaleSettleCounts(),
        new LeasesHoldWhileTheBrokerLives(),
        new EachIsPresentOnce(),
        new NothingIsThereThatNobodySent(),
        new SendersKeepTheirOrder(),
        new OneConsumerGetsAllInOrder(),
        new KeysAreHandledInOrder(),
        new CompletionsAreAtomic(),
        new OutcomesAgree(),
        new OutcomeInboxAgrees(),
        new CancelledOnesAreNotHandled(),
        new AttemptsAreKept(),
        new NothingComesBeforeItsTime(),
        new NothingComesAfterItExpired(),
        new QueriesEnd());
  }

  /** All that is wrong with a history. */
  public static List<Violation> check(History history) {
    Lives lives = new Lives(history);
    List<Violation> violations = new ArrayList<>();
    for (Rule rule : all()) {
      String name = rule.getClass().getSimpleName();
      rule.check(lives, what -> violations.add(new Violation(name, what)));
    }
    return violations;
  }

  /** A message whose sender was told so came out of every place that it belongs to. */
  static final class NoConfirmedMessageIsLost implements Rule {
    @Override
    public void check(Lives lives, Consumer<String> broken) {
      for (String name : lives.confirmed.keySet()) {
        Sent message = lives.sent.get(name);
        if (message == null) {
          continue;
        }
        for (Place place : lives.placesOf(message)) {
          boolean mayBeGone =
              message.isEvent() ? message.expiresAtMs() != 0 : lives.endedAlone(name);
          if (lives.find(place.name(), name) == null && !mayBeGone) {
            broken.accept(name + " was confirmed and never came out of " + place.name());
          }
        }
      }
    }
  }

  /** What came once comes until somebody ends it, or its time does. */
  static final class NothingIsLeftUnended implements Rule {
    @Override
    public void check(Lives lives, Consumer<String> broken) {
      for (Copy copy : lives.allCopies()) {
        Sent message = lives.message(copy.name);
        boolean mayBeGone =
            message != null
                && (message.isEvent() ? message.expiresAtMs() != 0 : lives.endedAlone(copy.name));
        if (!copy.mayHaveEnded() && !mayBeGone) {
          broken.accept(copy.name + " left " + copy.place + " though nobody ended it");
        }
      }
    }
  }

  /** What was completed or rejected doesn't come again; what was set aside not by itself. */
  static final class NoConfirmedSettleIsUndone implements Rule {
    @Override
    public void check(Lives lives, Consumer<String> broken) {
      int maxAttempts = lives.history.maxAttempts();
      for (Copy copy : lives.allCopies()) {
        for (Copy.Settle settle : copy.settles) {
          boolean isDead = settle.setsAside(maxAttempts);
          if (!settle.isAccepted() || !(settle.isEnd() || isDead)) {
            continue;
          }
          for (Copy.Delivery delivery : copy.deliveries) {
            if (delivery.is().epoch() > settle.said.epoch()
                && !(isDead && lives.wasRedriven(copy.place, settle.number, delivery.number()))) {
              broken.accept(
                  "%s came again under epoch %d, though %s under epoch %d was accepted"
                      .formatted(
                          copy.name,
                          delivery.is().epoch(),
                          settle.said.verdict(),
                          settle.said.epoch()));
            }
          }
        }
      }
    }
  }

  /** Of all that end a message in a place one was accepted at most. */
  static final class NothingIsEndedTwice implements Rule {
    @Override
    public void check(Lives lives, Consumer<String> broken) {
      for (Copy copy : lives.allCopies()) {
        List<Copy.Settle> ends =
            copy.settles.stream().filter(each -> each.isEnd() && each.isAccepted()).toList();
        if (ends.size() > 1) {
          broken.accept(
              "%s in %s was ended %d times, and all were accepted: %s"
                  .formatted(
                      copy.name,
                      copy.place,
                      ends.size(),
                      ends.stream().map(end -> end.said.verdict()).toList()));
        }
      }
    }
  }

  /** A settle that begins after somebody else was given the message doesn't count. */
  static final class NoStaleSettleCounts implements Rule {
    @Override
    public void check(Lives lives, Consumer<String> broken) {
      for (Copy copy : lives.allCopies()) {
        for (Copy.Settle settle : copy.settles) {
          for (Copy.Delivery delivery : copy.deliveries) {
            if (settle.isAccepted()
                && delivery.is().epoch() > settle.said.epoch()
                && delivery.number() < settle.number) {
              broken.accept(
                  "%s of %s under epoch %d counted, though it had been given out under %d"
                      .formatted(
                          settle.said.verdict(),
                          copy.name,
                          settle.said.epoch(),
                          delivery.is().epoch()));
            }
          }
        }
      }
    }
  }

  /** Who holds a message, and keeps its lease, may settle it, unless the broker was killed. */
  static final class LeasesHoldWhileTheBrokerLives implements Rule {
    @Override
    public void check(Lives lives, Consumer<String> broken) {
      for (Copy copy : lives.allCopies()) {
        for (Copy.Settle settle : copy.settles) {
          if (settle.answer == Answer.LEASE_LOST
              && lives.livesAt(settle.said.epoch(), settle.answered)) {
            broken.accept(
                "%s of %s under epoch %d was refused, though the broker that gave it out was there"
                    .formatted(settle.said.verdict(), copy.name, settle.said.epoch()));
          }
        }
      }
    }
  }

  /** However often it was sent or emitted, a message has one sequence in a place. */
  static final class EachIsPresentOnce implements Rule {
    @Override
    public void check(Lives lives, Consumer<String> broken) {
      lives.copies.forEach(
          (place, copies) -> {
            Map<Long, String> bySequence = new HashMap<>();
            for (Copy copy : copies.values()) {
              Set<Long> sequences = copy.sequences();
              if (sequences.size() > 1) {
                broken.accept(copy.name + " is in " + place + " at " + sequences);
              }
              for (long sequence : sequences) {
                String other = bySequence.put(sequence, copy.name);
                if (other != null) {
                  broken.accept(
                      "%s and %s are both at %d of %s"
                          .formatted(other, copy.name, sequence, place));
                }
              }
              Set<Long> epochs = new HashSet<>();
              copy.deliveries.forEach(
                  delivery -> {
                    if (!epochs.add(delivery.is().epoch())) {
                      broken.accept(
                          "%s came out of %s twice under epoch %d"
                              .formatted(copy.name, place, delivery.is().epoch()));
                    }
                  });
            }
          });
    }
  }

  /** A place has only what was meant for it. */
  static final class NothingIsThereThatNobodySent implements Rule {
    @Override
    public void check(Lives lives, Consumer<String> broken) {
      for (Place place : lives.history.places()) {
        for (Copy copy : lives.copies.getOrDefault(place.name(), Map.of()).values()) {
          Sent message = lives.message(copy.name);
          boolean isMeant =
              place.isOutcomeInbox() ? message == null : message != null && place.wants(message);
          if (!isMeant) {
            broken.accept(copy.name + " came out of " + place.name() + " from nowhere");
          }
        }
      }
    }
  }

  /** What one sender sent of one type is in each place in the order in which it was sent. */
  static final class SendersKeepTheirOrder implements Rule {
    @Override
    public void check(Lives lives, Consumer<String> broken) {
      lives.copies.forEach(
          (place, copies) -> {
            Map<String, Sent> last = new HashMap<>();
            for (Copy copy : bySequence(copies.values())) {
              Sent message = lives.sent.get(copy.name);
              if (message == null || message.sender().isEmpty()) {
                continue;
              }
              Sent before = last.put(message.sender() + " " + message.type(), message);
              if (before != null && before.number() > message.number()) {
                broken.accept(
                    "%s is in %s behind %s, which was sent later"
                        .formatted(copy.name, place, before.name()));
              }
            }
          });
    }
  }

  private static List<Copy> bySequence(Iterable<Copy> copies) {
    List<Copy> sorted = new ArrayList<>();
    for (Copy copy : copies) {
      if (!copy.deliveries.isEmpty()) {
        sorted.add(copy);
      }
    }
    sorted.sort(Comparator.comparingLong(Copy::sequence));
    return sorted;
  }

  /**
   * A single consumer that completes all gets them in the order of the queue, kills or not. One
   * with a key may have to wait for its turn.
   */
  static final class OneConsumerGetsAllInOrder implements Rule {
    @Override
    public void check(Lives lives, Consumer<String> broken) {
      for (Place place : lives.history.places()) {
        if (!place.hasOneConsumer()) {
          continue;
        }
        Copy before = null;
        for (Copy copy : bySequence(lives.copies.getOrDefault(place.name(), Map.of()).values())) {
          Sent message = lives.message(copy.name);
          if (message == null || message.key() != null) {
            continue;
          }
          if (before != null && first(before) > first(copy)) {
            broken.accept(
                "%s came out of %s before %s".formatted(copy.name, place.name(), before.name));
          }
          before = copy;
        }
      }
    }
  }

  private static int first(Copy copy) {
    return copy.deliveries.get(0).number();
  }

  /** Of one key the next is handed out once somebody ended the one before, or set it aside. */
  static final class KeysAreHandledInOrder implements Rule {
    @Override
    public void check(Lives lives, Consumer<String> broken) {
      lives.copies.forEach(
          (place, copies) -> {
            Map<String, Integer> released = new HashMap<>();
            Map<String, Copy> before = new HashMap<>();
            for (Copy copy : bySequence(copies.values())) {
              Sent message = lives.message(copy.name);
              String key = message == null ? null : message.key();
              if (message == null || key == null) {
                continue;
              }
              int since = released.getOrDefault(key, -1);
              if (first(copy) < since) {
                broken.accept(
                    "%s came out of %s before %s of the same key was ended"
                        .formatted(copy.name, place, before.get(key).name));
              }
              Integer end = firstEnd(lives, copy, message);
              if (end != null && end > since) {
                released.put(key, end);
                before.put(key, copy);
              }
            }
          });
    }

    /** The first entry after which the next may have its turn; null if that isn't known. */
    private static @Nullable Integer firstEnd(Lives lives, Copy copy, Sent message) {
      if (message.expiresAtMs() != 0 || lives.cancelling.containsKey(copy.name)) {
        return null;
      }
      for (Copy.Settle settle : copy.settles) {
        if (settle.mayHaveEnded() || settle.setsAside(lives.history.maxAttempts())) {
          return settle.number;
        }
      }
      return null;
    }
  }

  /** All that a completion emits is there, once it counts; nothing of it, if it doesn't. */
  static final class CompletionsAreAtomic implements Rule {
    @Override
    public void check(Lives lives, Consumer<String> broken) {
      for (Copy parent : lives.allCopies()) {
        Map<Long, Copy.Settle> emitting = new HashMap<>();
        Set<String> children = new HashSet<>();
        for (Copy.Settle settle : parent.settles) {
          if (!settle.said.emitted().isEmpty()) {
            emitting.put(settle.said.epoch(), settle);
            settle.said.emitted().forEach(child -> children.add(child.name()));
          }
        }
        if (!children.isEmpty()) {
          check(lives, parent, emitting, children, broken);
        }
      }
    }

    private static void check(
        Lives lives,
        Copy parent,
        Map<Long, Copy.Settle> emitting,
        Set<String> children,
        Consumer<String> broken) {
      Set<Long> epochs = new HashSet<>();
      List<String> missing = new ArrayList<>();
      boolean isAnyThere = false;
      for (String child : children) {
        Sent message = Objects.requireNonNull(lives.emitted.get(child));
        for (Place place : lives.placesOf(message)) {
          Copy copy = lives.find(place.name(), child);
          if (copy == null || copy.deliveries.isEmpty()) {
            missing.add(message.name() + " in " + place.name());
          } else {
            isAnyThere = true;
            epochs.add(copy.deliveries.get(0).is().underEpoch());
          }
        }
      }
      Copy.Settle end = parent.acceptedEnd();
      boolean isMeant = end != null && !end.said.emitted().isEmpty();
      if ((isAnyThere || isMeant) && !missing.isEmpty()) {
        broken.accept("of what %s emitted there isn't %s".formatted(parent.name, missing));
      }
      if (isAnyThere && end != null && !isMeant) {
        broken.accept(
            "%s was ended by %s, and what another handling emitted is there"
                .formatted(parent.name, end.said.verdict()));
      }
      for (long epoch : epochs) {
        Copy.Settle under = emitting.get(epoch);
        boolean mayBe = under != null && under.mayHaveEnded() && (end == null || under == end);
        if (!mayBe || epochs.size() > 1) {
          broken.accept(
              "of what %s emitted there is something from the lease with epoch %d, whose end was %s"
                  .formatted(parent.name, epoch, under == null ? "never" : under.answer));
        }
      }
    }
  }

  /** The ledger says of each command what was said of it. */
  static final class OutcomesAgree implements Rule {
    @Override
    public void check(Lives lives, Consumer<String> broken) {
      for (String name : lives.told.keySet()) {
        Sent command = lives.message(name);
        if (command != null && !command.isEvent()) {
          for (Place place : lives.placesOf(command)) {
            check(lives, command, lives.find(place.name(), name), broken);
          }
          checkThatItStays(lives, name, broken);
        }
      }
    }

    private static void check(
        Lives lives, Sent command, @Nullable Copy copy, Consumer<String> broken) {
      Entry.Told told = Objects.requireNonNull(lives.lastTold(command.name()));
      String problem =
          switch (told.status()) {
            case PENDING -> isPendingRight(command, copy, lives) ? null : "nothing is known of it";
            case COMPLETED -> isSaid(copy, Verdict.Kind.COMPLETE, told) ? null : "nobody said that";
            case REJECTED -> isSaid(copy, Verdict.Kind.REJECT, told) ? null : "nobody said that";
            case EXPIRED ->
                command.expiresAtMs() == 0 || isEnded(copy) ? "it never expires, or ended" : null;
            case CANCELLED ->
                !lives.cancelling.containsKey(command.name()) || isEnded(copy)
                    ? "nobody called it back, or it ended"
                    : null;
            case DEAD_LETTERED -> "it was redriven and completed";
          };
      if (problem != null) {
        broken.accept("%s is told as %s: %s".formatted(command.name(), told, problem));
      }
    }

    private static boolean isPendingRight(Sent command, @Nullable Copy copy, Lives lives) {
      if (copy == null) {
        return !lives.confirmed.containsKey(command.name());
      }
      Copy.Settle end = copy.acceptedEnd();
      boolean mayHaveBeenRejected = end != null && end.said.verdict().kind() == Verdict.Kind.REJECT;
      return !command.isTracked() && copy.mayHaveEnded() && !mayHaveBeenRejected;
    }

    private static boolean isEnded(@Nullable Copy copy) {
      return copy != null && copy.acceptedEnd() != null;
    }

    private static boolean isSaid(@Nullable Copy copy, Verdict.Kind kind, Entry.Told told) {
      return copy != null
          && copy.settles.stream()
              .anyMatch(
                  settle ->
                      settle.mayHaveEnded()
                          && settle.said.verdict().kind() == kind
                          && settle.said.verdict().text().equals(told.text())
                          && (copy.acceptedEnd() == null || settle.isAccepted()));
    }

    private static void checkThatItStays(Lives lives, String name, Consumer<String> broken) {
      Entry.Told before = null;
      for (Lives.Telling telling : Objects.requireNonNull(lives.told.get(name))) {
        if (before != null && isFinal(before.status()) && !before.equals(telling.is())) {
          broken.accept("%s was told as %s, and later as %s".formatted(name, before, telling.is()));
        }
        before = telling.is();
      }
    }
  }

  private static boolean isFinal(OutcomeStatus status) {
    return status != OutcomeStatus.PENDING && status != OutcomeStatus.DEAD_LETTERED;
  }

  /** Who wanted it is told each end of its command, once and as the ledger has it. */
  static final class OutcomeInboxAgrees implements Rule {
    @Override
    public void check(Lives lives, Consumer<String> broken) {
      if (lives.history.places().stream().noneMatch(Place::isOutcomeInbox)) {
        return;
      }
      for (String name : lives.told.keySet()) {
        Sent command = lives.message(name);
        Entry.Told last = lives.lastTold(name);
        if (command != null && command.wantsInbox() && last != null) {
          check(lives, command, last, broken);
        }
      }
      lives.toldInInbox.forEach(
          (name, told) -> {
            Sent command = lives.message(name);
            if (command == null || !command.wantsInbox()) {
              broken.accept(told + ", though nobody wanted to know");
            }
          });
    }

    private static void check(Lives lives, Sent command, Entry.Told last, Consumer<String> broken) {
      int finals = 0;
      int deaths = 0;
      for (Entry.ToldInInbox told : lives.toldInInbox.getOrDefault(command.name(), List.of())) {
        if (told.status() == OutcomeStatus.DEAD_LETTERED) {
          deaths++;
        } else {
          finals++;
          if (told.status() != last.status() || !told.text().equals(last.text())) {
            broken.accept("the inbox has %s, the ledger %s".formatted(told, last));
          }
        }
      }
      int expected = isFinal(last.status()) ? 1 : 0;
      if (finals != expected) {
        broken.accept(
            "the end of %s (%s) is in the inbox %d times (expected: %d)"
                .formatted(command.name(), last, finals, expected));
      }
      int least = 0;
      int most = 0;
      for (Place place : lives.placesOf(command)) {
        Copy copy = lives.find(place.name(), command.name());
        for (Copy.Settle settle : copy == null ? List.<Copy.Settle>of() : copy.settles) {
          if (settle.setsAside(lives.history.maxAttempts())) {
            least += settle.isAccepted() ? 1 : 0;
            most++;
          }
        }
      }
      if (deaths < least || deaths > most) {
        broken.accept(
            "that %s was set aside is in the inbox %d times (expected: %d to %d)"
                .formatted(command.name(), deaths, least, most));
      }
    }
  }

  /** A command that was cancelled isn't ended by a handler. */
  static final class CancelledOnesAreNotHandled implements Rule {
    @Override
    public void check(Lives lives, Consumer<String> broken) {
      for (String name : lives.cancelled) {
        Entry.Told told = lives.lastTold(name);
        if (told != null && told.status() != OutcomeStatus.CANCELLED) {
          broken.accept(name + " was cancelled, and is told as " + told);
        }
        for (Map<String, Copy> copies : lives.copies.values()) {
          Copy copy = copies.get(name);
          if (copy != null && copy.acceptedEnd() != null) {
            broken.accept(name + " was cancelled, and ended by " + copy.acceptedEnd().said);
          }
        }
      }
    }
  }

  /** A failure that was accepted counts for all later deliveries, and nothing else does. */
  static final class AttemptsAreKept implements Rule {
    @Override
    public void check(Lives lives, Consumer<String> broken) {
      for (Copy copy : lives.allCopies()) {
        if (!copy.mayHaveBeenDead(lives.history.maxAttempts())) {
          checkThatFailuresCount(lives, copy, broken);
        }
        checkThatNothingElseCounts(lives, copy, broken);
      }
    }

    private static void checkThatFailuresCount(Lives lives, Copy copy, Consumer<String> broken) {
      for (Copy.Settle settle : copy.settles) {
        if (settle.said.verdict().kind() != Verdict.Kind.FAIL || !settle.isAccepted()) {
          continue;
        }
        for (Copy.Delivery delivery : copy.deliveries) {
          if (delivery.is().epoch() > settle.said.epoch()
              && delivery.is().attempt() <= settle.said.attempt()) {
            broken.accept(
                "%s came as attempt %d, though attempt %d had failed"
                    .formatted(copy.name, delivery.is().attempt(), settle.said.attempt()));
          }
        }
      }
    }

    private static void checkThatNothingElseCounts(
        Lives lives, Copy copy, Consumer<String> broken) {
      for (Copy.Delivery delivery : copy.deliveries) {
        long before =
            copy.deliveries.stream()
                .filter(other -> other.is().epoch() < delivery.is().epoch())
                .count();
        if (delivery.is().attempt() > before + 1
            || delivery.is().attempt() > lives.history.maxAttempts()) {
          broken.accept(
              "%s came as attempt %d, though it was handled %d times before"
                  .formatted(copy.name, delivery.is().attempt(), before));
        }
      }
    }
  }

  /** What is for later doesn't come earlier. */
  static final class NothingComesBeforeItsTime implements Rule {
    @Override
    public void check(Lives lives, Consumer<String> broken) {
      for (Copy copy : lives.allCopies()) {
        Sent message = lives.message(copy.name);
        for (Copy.Delivery delivery : copy.deliveries) {
          if (message != null
              && delivery.is().atMs() + CLOCK_TOLERANCE_MS < message.notBeforeMs()) {
            broken.accept(
                "%s came %d ms before its time"
                    .formatted(copy.name, message.notBeforeMs() - delivery.is().atMs()));
          }
        }
      }
    }
  }

  /** A broker that was started after a message had expired doesn't hand it out. */
  static final class NothingComesAfterItExpired implements Rule {
    @Override
    public void check(Lives lives, Consumer<String> broken) {
      for (Copy copy : lives.allCopies()) {
        Sent message = lives.message(copy.name);
        for (Copy.Delivery delivery : copy.deliveries) {
          if (message != null
              && message.expiresAtMs() != 0
              && lives.notGivenBefore(delivery.is().epoch())
                  > message.expiresAtMs() + EXPIRY_TOLERANCE_MS) {
            broken.accept(copy.name + " came after it had expired: " + delivery.is());
          }
        }
      }
    }
  }

  /** Each query ends in time, with its own answer or an error. */
  static final class QueriesEnd implements Rule {
    @Override
    public void check(Lives lives, Consumer<String> broken) {
      lives.asked.forEach(
          (number, asked) -> {
            Entry.Answered answer = lives.answered.get(number);
            if (answer == null) {
              broken.accept(asked + " never ended");
            } else if (answer.tookMs() > asked.deadlineMs() + DEADLINE_TOLERANCE_MS) {
              broken.accept(asked + " ended late: " + answer);
            } else if (!answer.isError() && !answer.answer().equals(asked.question())) {
              broken.accept(asked + " got another's answer: " + answer);
            }
          });
    }
  }
}
