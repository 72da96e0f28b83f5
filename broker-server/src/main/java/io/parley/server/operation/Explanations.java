package io.parley.server.operation;

import io.parley.engine.Engine;
import io.parley.engine.destination.ConsumerStanding;
import io.parley.engine.destination.Destination;
import io.parley.engine.destination.DestinationKind;
import io.parley.engine.destination.MessagePlace;
import io.parley.engine.destination.MessageSearch;
import io.parley.engine.destination.Standing;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.server.admin.AdminApi;
import io.parley.server.admin.ConsumerInfo;
import io.parley.server.admin.DestinationExplanation;
import io.parley.server.admin.ExplanationInfo;
import io.parley.server.admin.ExplanationInfo.Status;
import io.parley.server.admin.OutcomeInfo;
import io.parley.server.admin.StandingInfo;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts into words why messages are where they are. Owner thread, between groups. */
final class Explanations {
  private Explanations() {}

  /** How a command ended for good; null if it didn't, or nobody knows. */
  static @Nullable ExplanationInfo ended(Engine engine, MessageId id) {
    Outcome outcome = engine.outcomes().find(id);
    boolean isOpen =
        outcome.status() == OutcomeStatus.PENDING
            || outcome.status() == OutcomeStatus.DEAD_LETTERED; // the letter may still be there
    return isOpen
        ? null
        : new ExplanationInfo(
            id, Status.ENDED, 1, 0, null, null, new OutcomeInfo(id, outcome), List.of(), 0);
  }

  /** Where a message of this kind can be: those that have anything. */
  static List<Integer> candidates(Engine engine, MessageKind kind) {
    return engine.destinations().occupied().stream()
        .filter(
            d -> (d.definition().kind() == DestinationKind.INBOX) == (kind == MessageKind.EVENT))
        .map(Destination::id)
        .toList();
  }

  /** What a search that is over found. */
  static ExplanationInfo of(Engine engine, MessageId id, MessageSearch search) {
    MessageSearch.Stored stored = search.stored();
    Outcome known = engine.outcomes().find(id);
    OutcomeInfo outcome =
        known.status() == OutcomeStatus.PENDING ? null : new OutcomeInfo(id, known);
    if (stored == null) {
      Status status =
          outcome != null
              ? Status.ENDED
              : engine.isRecent(id) ? Status.SETTLED_LATELY : Status.UNKNOWN;
      return new ExplanationInfo(
          id, status, 1, search.bytesLooked(), null, null, outcome, List.of(), 0);
    }
    List<StandingInfo> places = places(engine, stored, search.places());
    boolean isHere = places.stream().anyMatch(place -> place.sequence() != 0);
    int shown = Math.min(places.size(), AdminApi.EXPLAINED_PLACES_MAX);
    return new ExplanationInfo(
        id,
        isHere ? Status.HERE : outcome != null ? Status.ENDED : Status.SETTLED,
        1,
        search.bytesLooked(),
        stored.message(),
        Instant.ofEpochMilli(stored.atMs()),
        outcome,
        places.subList(0, shown),
        places.size() - shown);
  }

  private static List<StandingInfo> places(
      Engine engine, MessageSearch.Stored stored, List<MessagePlace> found) {
    List<StandingInfo> places = new ArrayList<>();
    Set<Destination> having = new HashSet<>();
    for (MessagePlace place : found) {
      Destination destination = engine.destinations().find(place.destination());
      Standing standing = destination == null ? null : destination.standing(place, engine.timeMs());
      if (destination != null && standing != null) {
        having.add(destination);
        places.add(info(engine, destination, standing));
      }
    }
    if (stored.message().kind() == MessageKind.EVENT) {
      for (Destination inbox : engine.catalog().inboxesOf(stored.message().type())) {
        if (!having.contains(inbox)) {
          places.add(without(engine, inbox, stored.atMs()));
        }
      }
    }
    return places;
  }

  /** An inbox that wants the type, but has no copy. */
  private static StandingInfo without(Engine engine, Destination inbox, long storedAtMs) {
    boolean later = inbox.definition().createdAtMs() > storedAtMs;
    return new StandingInfo(
        inbox.definition().name(),
        AdminOperations.adminKind(inbox),
        inbox.definition().service(),
        later ? "SUBSCRIBED_LATER" : "SETTLED",
        0,
        Instant.ofEpochMilli(storedAtMs),
        0,
        engine.maxAttempts(inbox),
        null,
        null,
        "",
        false,
        null,
        null,
        "",
        "");
  }

  private static StandingInfo info(Engine engine, Destination destination, Standing standing) {
    boolean owned = destination.definition().kind() != DestinationKind.UNOWNED;
    return new StandingInfo(
        destination.definition().name(),
        AdminOperations.adminKind(destination),
        owned ? destination.definition().service() : null,
        !owned && engine.catalog().ownerOf(destination) != null
            ? "MOVING"
            : standing.reason().name(),
        standing.sequence(),
        Instant.ofEpochMilli(standing.storedAtMs()),
        standing.failures(),
        engine.maxAttempts(destination),
        standing.ahead() < 0 ? null : standing.ahead(),
        time(standing.untilMs()),
        standing.holder(),
        standing.started(),
        standing.behind() == 0 ? null : standing.behind(),
        time(standing.failedAtMs()),
        standing.errorClass(),
        standing.errorMessage());
  }

  /** Why the messages of one queue or inbox are where they are. */
  static DestinationExplanation of(Engine engine, Destination destination, int limit) {
    List<DestinationExplanation.Explained> messages = new ArrayList<>();
    for (MessagePlace place : destination.firstPlaces(limit)) {
      Standing standing = destination.standing(place, engine.timeMs());
      MessageRecord record = standing == null ? null : destination.record(place);
      if (standing != null && record != null) {
        messages.add(
            new DestinationExplanation.Explained(
                record.id(), record.type(), info(engine, destination, standing)));
      }
    }
    boolean owned = destination.definition().kind() != DestinationKind.UNOWNED;
    return new DestinationExplanation(
        AdminOperations.depth(destination, engine.timeMs()),
        owned ? destination.definition().service() : null,
        time(destination.firstDueMs()),
        destination.consumers().stream()
            .limit(AdminApi.EXPLAINED_CONSUMERS_MAX)
            .map(consumer -> info(consumer.standing()))
            .toList(),
        messages);
  }

  private static ConsumerInfo info(ConsumerStanding consumer) {
    return new ConsumerInfo(
        consumer.holder(),
        consumer.credit(),
        consumer.held(),
        consumer.reading(),
        time(consumer.leaseEndsMs()));
  }

  private static @Nullable Instant time(long ms) {
    return ms == 0 ? null : Instant.ofEpochMilli(ms);
  }
}
