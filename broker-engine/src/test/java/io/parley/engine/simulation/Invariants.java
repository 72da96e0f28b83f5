package io.parley.engine.simulation;

import io.parley.engine.destination.Destination;
import io.parley.engine.destination.DestinationKind;
import io.parley.engine.outcome.OutcomeLedger;
import io.parley.engine.simulation.History.Completion;
import io.parley.engine.simulation.History.Delivery;
import io.parley.engine.simulation.History.End;
import io.parley.engine.simulation.History.Sent;
import io.parley.engine.simulation.History.Spot;
import io.parley.engine.simulation.World.Present;
import io.parley.engine.simulation.World.State;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.protocol.model.TypePattern;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What must hold. */
final class Invariants {
  private Invariants() {}

  static List<Invariant> all() {
    return List.of(
        new NoConfirmedMessageIsLost(),
        new NoConfirmedSettleIsUndone(),
        new NoStaleSettleCounts(),
        new FirstDeliveriesAreInOrder(),
        new SendersKeepTheirOrder(),
        new KeysAreHandledOneAtATimeAndInOrder(),
        new EachMessageIsStoredOnce(),
        new CompletionsAreAtomic(),
        new OutcomesAgree(),
        new OutcomeInboxAgrees(),
        new ExpiredOnesAreGoneAndToldSo(),
        new CountsAgree());
  }

  /** The message is made only if it has to be: these are asked a million times a minute. */
  private static void require(boolean holds, Supplier<String> message) {
    if (!holds) {
      throw new AssertionError(message.get());
    }
  }

  /** A message whose sender was told so is in every place it belongs to, or was ended there. */
  static final class NoConfirmedMessageIsLost implements Invariant {
    @Override
    public void check(World world, History history) {
      for (String body : history.confirmed.keySet()) {
        Sent sent = history.sent.get(body);
        if (sent.isExpired(world.engine.timeMs())) {
          continue; // it may have been gone before anybody looked
        }
        require(
            sent.isEvent() || history.seenBodies.contains(body),
            () -> "command " + body + " was confirmed and is nowhere");
        if (sent.isEvent()) {
          for (Destination inbox : world.engine.destinations().all()) {
            require(
                !wants(inbox, sent)
                    || inbox.isBehind() // it may be still to come
                    || history.mayMiss(inbox, body)
                    || history.bodies(inbox.id()).containsValue(body),
                () ->
                    "event " + body + " was confirmed and is not in " + inbox.definition().name());
          }
        }
      }
      for (Spot spot : history.seen.keySet()) {
        require(
            world.has(spot)
                || history.mayHaveEnded.getOrDefault(spot, 0) > 0
                || history.sent.get(history.seen.get(spot)).isExpired(world.engine.timeMs())
                || (history.placesWithDrops.contains(spot.place()) && history.mayHaveBeenDead(spot))
                || wasAdopted(world, history, spot)
                || wasDeleted(world, history, spot),
            () ->
                history.seen.get(spot)
                    + " was at "
                    + spot
                    + " and is gone, though nobody ended it");
      }
    }

    private static boolean wasDeleted(World world, History history, Spot spot) {
      return world.engine.destinations().find(spot.place()) == null
          && history.mayBeGone(spot.place());
    }

    private static boolean wasAdopted(World world, History history, Spot spot) {
      return world.engine.destinations().find(spot.place()) == null
          && history.bodies.entrySet().stream()
              .anyMatch(
                  place ->
                      place.getKey() != spot.place()
                          && place.getValue().containsValue(history.seen.get(spot)));
    }
  }

  private static boolean wants(Destination inbox, Sent event) {
    for (TypePattern pattern : inbox.definition().patterns()) {
      if (pattern.matches(event.type())) {
        return true;
      }
    }
    return false;
  }

  /** What was completed or rejected stays so: it is gone, and never delivered again. */
  static final class NoConfirmedSettleIsUndone implements Invariant {
    @Override
    public void check(World world, History history) {
      for (Map.Entry<Spot, End> ended : history.ended.entrySet()) {
        if (ended.getValue().kind() != End.Kind.SET_ASIDE) {
          require(
              !world.has(ended.getKey()), () -> ended + " was confirmed, and it is still there");
        }
      }
      for (Delivery delivery : history.newDeliveries) {
        End end = history.ended.get(delivery.spot());
        require(
            end == null || end.kind() == End.Kind.SET_ASIDE,
            () -> delivery + " though it ended: " + end);
      }
    }
  }

  /**
   * A settle counts only for the last delivery of its message, whatever restarted since, and for
   * none of an inbox that is made anew.
   */
  static final class NoStaleSettleCounts implements Invariant {
    @Override
    public void check(World world, History history) {
      require(
          history.acceptedOfGone.isEmpty(),
          () -> "settled, though their inbox was gone: " + history.acceptedOfGone);
      for (Delivery accepted : history.newlyAccepted) {
        Delivery last = history.lastDelivery.get(accepted.spot());
        require(
            last == null || last.epoch() <= accepted.epoch(),
            () ->
                "settle under epoch "
                    + accepted.epoch()
                    + " counted, though "
                    + last
                    + " came after");
      }
    }
  }

  /** Messages without key that nobody had yet go out in the order of their sequences. */
  static final class FirstDeliveriesAreInOrder implements Invariant {
    private final Map<Integer, Long> last = new HashMap<>();
    private long engine;

    @Override
    public void check(World world, History history) {
      if (engine != world.engine.boot()) {
        engine = world.engine.boot();
        last.clear();
      }
      Set<Spot> now = new HashSet<>(); // to one that left meanwhile, and again to another
      for (Delivery delivery : history.newDeliveries) {
        Delivery before = history.lastDelivery.get(delivery.spot());
        Sent sent = history.sent.get(delivery.body());
        boolean first =
            (before == null || before.engine() != delivery.engine()) && now.add(delivery.spot());
        if (first
            && sent.key() == null
            && sent.priority() == 0
            && !sent.body().contains("later")
            && delivery.attempt() == 1
            && !history.mayHaveBeenDead(delivery.spot())) {
          Long previous = last.put(delivery.spot().place(), delivery.spot().sequence());
          require(
              previous == null || previous < delivery.spot().sequence(),
              () -> delivery + " after sequence " + previous);
        }
      }
    }
  }

  /** What one sender sent of one type is in each place in the order in which it was sent. */
  static final class SendersKeepTheirOrder implements Invariant {
    @Override
    public void check(World world, History history) {
      history.bodies.forEach(
          (place, bodies) -> {
            Map<String, Integer> last = new HashMap<>();
            for (String body : bodies.values()) {
              if (body.startsWith("p") && body.indexOf('>') < 0) {
                String sender =
                    body.substring(0, body.indexOf('-')) + history.sent.get(body).type();
                String rest = body.substring(body.indexOf('-') + 1);
                int number = Integer.parseInt(rest.replaceAll("\\D", ""));
                Integer before = last.put(sender, number);
                require(
                    before == null || before < number,
                    () -> "place " + place + " has " + body + " after number " + before);
              }
            }
          });
    }
  }

  /**
   * Of one key at most one message is in somebody's hands, and it is the first that is there. One
   * that was a dead letter at the last look may have been put back after the delivery.
   */
  static final class KeysAreHandledOneAtATimeAndInOrder implements Invariant {
    @Override
    public void check(World world, History history) {
      for (Delivery delivery : history.newDeliveries) {
        String key = history.sent.get(delivery.body()).key();
        TreeMap<Long, Present> place = world.places.get(delivery.spot().place());
        if (key != null && place != null) {
          place
              .headMap(delivery.spot().sequence())
              .forEach(
                  (sequence, present) -> {
                    Sent before = history.sent.get(present.body());
                    require(
                        present.state() == State.DEAD
                            || history.wasPutBack(new Spot(delivery.spot().place(), sequence))
                            || before.isExpired(world.engine.timeMs())
                            || !key.equals(before.key()),
                        () -> delivery + " before " + present + " of the same key");
                  });
        }
      }
      world.places.forEach(
          (id, place) -> {
            Set<String> leased = new HashSet<>();
            for (Present present : place.values()) {
              String key = history.sent.get(present.body()).key();
              require(
                  key == null || !present.leased() || leased.add(key),
                  () -> "two messages of key " + key + " are leased in place " + id);
            }
          });
    }
  }

  /** However often it was sent or emitted, a message has one sequence in a place. */
  static final class EachMessageIsStoredOnce implements Invariant {
    @Override
    public void check(World world, History history) {
      history.bodies.forEach(
          (place, bodies) -> {
            Map<String, Long> sequences = new HashMap<>();
            bodies.forEach(
                (sequence, body) -> {
                  Long before = sequences.put(body, sequence);
                  require(
                      before == null,
                      () ->
                          body
                              + " is in place "
                              + place
                              + " twice: "
                              + before
                              + " and "
                              + sequence);
                });
          });
      for (String body : history.refused.keySet()) {
        require(!history.seenBodies.contains(body), () -> body + " was refused and is stored");
        require(!history.confirmed.containsKey(body), () -> body + " was refused and confirmed");
      }
    }
  }

  /** A completion's message is gone and all it emitted is there, or neither. */
  static final class CompletionsAreAtomic implements Invariant {
    @Override
    public void check(World world, History history) {
      Set<String> mayBe = new HashSet<>();
      for (Completion completion : history.completions) {
        boolean parentIsHere = world.has(completion.spot());
        mayBe.addAll(completion.emitted());
        for (String emitted : completion.emitted()) {
          boolean isKnown = history.seenBodies.contains(emitted);
          require(
              !(parentIsHere && isKnown),
              () -> emitted + " was emitted, and " + completion.spot() + " is not completed");
          require(
              !completion.answered()[0] || isKnown || isForNobodyYet(world, history, emitted),
              () -> completion.spot() + " was completed without " + emitted);
        }
      }
      for (String body : history.seenBodies) {
        require(
            body.indexOf('>') < 0 || mayBe.contains(body),
            () -> body + " is there, though the completion that emits it was refused");
      }
    }

    /** No inbox wants it, or those that do get it later. */
    private static boolean isForNobodyYet(World world, History history, String body) {
      Sent sent = history.sent.get(body);
      return sent.isEvent()
          && world.engine.destinations().all().stream()
              .noneMatch(
                  inbox ->
                      wants(inbox, sent) && !inbox.isBehind() && !history.mayMiss(inbox, body));
    }
  }

  /** The ledger says of a command what became of it, and what was told is in it. */
  static final class OutcomesAgree implements Invariant {
    @Override
    public void check(World world, History history) {
      Map<String, Present> commands = new HashMap<>();
      for (Destination destination : world.engine.destinations().all()) {
        if (destination.definition().kind() == DestinationKind.QUEUE) {
          world.places.get(destination.id()).values().forEach(p -> commands.put(p.body(), p));
        }
      }
      commands.forEach(
          (body, present) -> {
            Outcome outcome = world.engine.outcomes().find(history.sent.get(body).id());
            OutcomeStatus expected =
                present.state() == State.DEAD ? OutcomeStatus.DEAD_LETTERED : OutcomeStatus.PENDING;
            require(
                outcome.status() == expected, () -> body + " is " + present + ", but " + outcome);
          });
      history.ended.forEach(
          (spot, end) -> {
            Sent sent = history.sent.get(history.seen.get(spot));
            Destination destination = world.engine.destinations().find(spot.place());
            if (destination != null
                && destination.definition().kind() == DestinationKind.QUEUE
                && !commands.containsKey(sent.body())) {
              requireOutcome(world.engine.outcomes().find(sent.id()), end, sent);
            }
          });
      for (OutcomeLedger.Entry told : history.outcomesTold) {
        require(
            world.engine.outcomes().find(told.command()).atMs() >= told.outcome().atMs()
                || (told.outcome().status() == OutcomeStatus.DEAD_LETTERED
                    && !history.placesWithRedrives.isEmpty()),
            () -> told + " was told, and is not kept");
      }
    }

    private static void requireOutcome(Outcome outcome, End end, Sent sent) {
      @Nullable OutcomeStatus expected =
          switch (end.kind()) {
            case COMPLETED -> sent.tracked() ? OutcomeStatus.COMPLETED : null;
            case REJECTED -> OutcomeStatus.REJECTED;
            case CANCELLED -> OutcomeStatus.CANCELLED;
            case SET_ASIDE -> null;
          };
      require(
          expected == null || outcome.status() == expected,
          () -> sent + " ended as " + end + ", but " + outcome);
      require(
          end.kind() != End.Kind.REJECTED || outcome.code().equals(end.code()),
          () -> sent + " was rejected with " + end.code() + ", but " + outcome);
    }
  }

  /**
   * The outcome inbox tells each end of a command that asked for it, once and as the ledger does.
   */
  static final class OutcomeInboxAgrees implements Invariant {
    @Override
    public void check(World world, History history) {
      for (Sent sent : history.sent.values()) {
        List<History.Ending> told = history.endings.getOrDefault(sent.id(), List.of());
        if (!sent.toInbox()) {
          require(told.isEmpty(), () -> sent + " has no outcome to tell, but " + told);
          continue;
        }
        Outcome outcome = world.engine.outcomes().find(sent.id());
        boolean isDead = outcome.status() == OutcomeStatus.DEAD_LETTERED;
        List<History.Ending> ends =
            told.stream().filter(each -> each.status() != OutcomeStatus.DEAD_LETTERED).toList();
        require(
            ends.size() == (outcome.status() == OutcomeStatus.PENDING || isDead ? 0 : 1)
                && ends.stream().allMatch(each -> each.status() == outcome.status())
                && (!isDead || told.size() > ends.size()),
            () -> sent + " ended as " + outcome + ", and is told as " + told);
      }
    }
  }

  /** A command that is gone since its time was over, and that nobody ended, is told to be so. */
  static final class ExpiredOnesAreGoneAndToldSo implements Invariant {
    @Override
    public void check(World world, History history) {
      for (Map.Entry<Spot, String> seen : history.seen.entrySet()) {
        Spot spot = seen.getKey();
        Sent sent = history.sent.get(seen.getValue());
        Destination destination = world.engine.destinations().find(spot.place());
        boolean isOurs =
            destination != null
                && destination.definition().kind() == DestinationKind.QUEUE
                && !world.has(spot)
                && history.mayHaveEnded.getOrDefault(spot, 0) == 0
                && !history.mayHaveBeenDead(spot);
        if (isOurs) {
          OutcomeStatus status = world.engine.outcomes().find(sent.id()).status();
          require(
              status == OutcomeStatus.EXPIRED,
              () -> sent + " is gone from " + spot + ": " + status);
        }
      }
    }
  }

  /** The counts are those of what is there. */
  static final class CountsAgree implements Invariant {
    @Override
    public void check(World world, History history) {
      world.places.forEach(
          (id, place) -> {
            Destination destination = world.engine.destinations().find(id);
            long dead = place.values().stream().filter(p -> p.state() == State.DEAD).count();
            long leased = place.values().stream().filter(Present::leased).count();
            String counts =
                destination.ready()
                    + destination.delayed()
                    + " wait, "
                    + destination.leased()
                    + " are leased, "
                    + destination.dead()
                    + " are dead";
            require(
                destination.ready()
                            + destination.delayed()
                            + destination.leased()
                            + destination.dead()
                        == place.size()
                    && destination.leased() == leased
                    && destination.dead() == dead,
                () -> "place " + id + ": " + counts + ", but there are " + place);
            require(
                (destination.bytes() == 0) == place.isEmpty(),
                () -> "place " + id + ": " + destination.bytes() + " bytes for " + place.size());
          });
    }
  }
}
