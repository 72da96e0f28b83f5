package io.parley.engine.simulation;

import io.parley.engine.destination.Destination;
import io.parley.engine.outcome.OutcomeLedger;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.OutcomeMessage;
import io.parley.protocol.model.OutcomeStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the clients know: what they sent, got and settled, and what they were told of it. */
final class History {
  /** A message of the world; its body names it. */
  record Sent(
      String body,
      MessageId id,
      String type,
      boolean isEvent,
      @Nullable String key,
      boolean tracked,
      boolean toInbox,
      boolean ownId,
      long expiresAtMs,
      int priority) {
    /** Whether its time is over. */
    boolean isExpired(long nowMs) {
      return expiresAtMs != 0 && expiresAtMs <= nowMs;
    }
  }

  /** What a message of the outcome inbox tells. */
  record Ending(MessageId id, MessageId command, OutcomeStatus status) {
    private static final String PREFIX = "end:";

    static Ending of(MessageRecord record) {
      return new Ending(
          record.id(),
          Objects.requireNonNull(record.causationId()),
          OutcomeStatus.valueOf(record.headers().get(OutcomeMessage.STATUS)));
    }

    /** What names it, as a body does others. */
    String body() {
      return PREFIX + id + ":" + status + ":" + command;
    }

    static @Nullable Ending parse(String body) {
      if (!body.startsWith(PREFIX) || body.indexOf('>') >= 0) {
        return null;
      }
      String[] parts = body.split(":");
      return new Ending(
          MessageId.parse(parts[1]), MessageId.parse(parts[3]), OutcomeStatus.valueOf(parts[2]));
    }
  }

  /** A message in a place. */
  record Spot(int place, long sequence) {}

  /** A delivery that was made. */
  record Delivery(Spot spot, long epoch, int attempt, String body, int engine) {}

  /** How a settle that was confirmed ended a message; code for rejections. */
  record End(Kind kind, String code) {
    enum Kind {
      COMPLETED,
      REJECTED,
      CANCELLED,
      SET_ASIDE
    }
  }

  /** A completion that emits. */
  record Completion(Spot spot, String parent, List<String> emitted, boolean[] answered) {}

  /** All messages by body. */
  final Map<String, Sent> sent = new LinkedHashMap<>();

  /** Bodies whose sender was told that they are stored. */
  final Map<String, Integer> confirmed = new LinkedHashMap<>();

  /** Bodies whose sender was told that they are refused. */
  final Map<String, Integer> refused = new HashMap<>();

  /** What was ended by a confirmed settle. */
  final Map<Spot, End> ended = new HashMap<>();

  /** Which body was seen where. */
  final Map<Spot, String> seen = new HashMap<>();

  /** All bodies that were seen anywhere. */
  final Set<String> seenBodies = new HashSet<>();

  /** Messages that were dead letters once. */
  final Set<Spot> deadOnce = new HashSet<>();

  /** Messages that were dead letters when the world was last looked at. */
  final Set<Spot> deadBefore = new HashSet<>();

  /** Messages whose last attempt somebody has, or ended: they may be dead between two looks. */
  final Set<Spot> mayBeDead = new HashSet<>();

  /** Where somebody dropped dead letters. */
  final Set<Integer> placesWithDrops = new HashSet<>();

  /** Where somebody put dead letters back. */
  final Set<Integer> placesWithRedrives = new HashSet<>();

  /** Settles that would end a message, and were not refused: confirmed, or never answered. */
  final Map<Spot, Integer> mayHaveEnded = new HashMap<>();

  /** Bodies per place, by sequence. */
  final Map<Integer, TreeMap<Long, String>> bodies = new HashMap<>();

  /** The last delivery of each message, and those since the last step. */
  final Map<Spot, Delivery> lastDelivery = new HashMap<>();

  final List<Delivery> newDeliveries = new ArrayList<>();

  /** Settles since the last step that were accepted, with the epoch they were made under. */
  final List<Delivery> newlyAccepted = new ArrayList<>();

  final List<Completion> completions = new ArrayList<>();
  final List<OutcomeLedger.Entry> outcomesTold = new ArrayList<>();

  /** What the outcome inbox told of each command. */
  final Map<MessageId, List<Ending>> endings = new HashMap<>();

  /** Of each inbox that came late, what was sent before its service was told so. */
  final Map<Integer, Set<String>> sentBefore = new HashMap<>();

  /** How often an inbox's deletion was asked for, and not refused. */
  final Map<Integer, Integer> mayBeGone = new HashMap<>();

  /** Inboxes whose deletion was confirmed. */
  final Set<Integer> gone = new HashSet<>();

  /** Settles that counted, though their inbox was gone before they were said. */
  final List<Delivery> acceptedOfGone = new ArrayList<>();

  /** Whether an inbox may be deleted. */
  boolean mayBeGone(int inbox) {
    return mayBeGone.getOrDefault(inbox, 0) > 0;
  }

  /** Whether an inbox needn't have an event that it wants, as it wasn't there all the time. */
  boolean mayMiss(Destination inbox, String body) {
    Set<String> before = sentBefore.get(inbox.id());
    return inbox.definition().name().equals(Simulation.GUEST)
        && (before == null || before.contains(body) || mayBeGone(inbox.id()));
  }

  TreeMap<Long, String> bodies(int place) {
    return bodies.computeIfAbsent(place, p -> new TreeMap<>());
  }

  void seen(Spot spot, String body) {
    String before = seen.put(spot, body);
    if (before == null) {
      noteEnding(body);
    }
    if (before != null && !before.equals(body)) {
      throw new AssertionError(spot + " was " + before + ", and is now " + body);
    }
    seenBodies.add(body);
    bodies(spot.place).put(spot.sequence, body);
  }

  private void noteEnding(String body) {
    Ending ending = Ending.parse(body);
    if (ending != null) {
      endings.computeIfAbsent(ending.command, command -> new ArrayList<>()).add(ending);
      sent.put(
          body,
          new Sent(body, ending.id, OutcomeMessage.TYPE, true, null, false, false, false, 0, 0));
    }
  }

  /** Whether a message was a dead letter once, or may have been between two looks. */
  boolean mayHaveBeenDead(Spot spot) {
    return deadOnce.contains(spot) || mayBeDead.contains(spot);
  }

  /** Whether a message may have been a dead letter since the last look, and isn't any more. */
  boolean wasPutBack(Spot spot) {
    return placesWithRedrives.contains(spot.place)
        && (deadBefore.contains(spot) || mayBeDead.contains(spot));
  }

  void delivered(Delivery delivery) {
    seen(delivery.spot, delivery.body);
    newDeliveries.add(delivery);
  }

  void endStep() {
    newDeliveries.forEach(delivery -> lastDelivery.put(delivery.spot, delivery));
    newDeliveries.clear();
    newlyAccepted.clear();
  }
}
