package io.parley.engine.reference;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.destination.Destination;
import io.parley.engine.destination.SingleMessage;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.reference.ReferenceBroker.Copy;
import io.parley.engine.reference.ReferenceBroker.Ended;
import io.parley.engine.reference.ReferenceBroker.Place;
import io.parley.engine.reference.ReferenceBroker.Reader;
import io.parley.engine.reference.ReferenceBroker.Type;
import io.parley.engine.testing.Delivered;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestMessage;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.TypePattern;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The engine and the reference, doing the same: after each step both gave the same answers, made
 * the same deliveries, and hold the same.
 */
final class Twins {
  private final TestNamespace namespace;
  private final ReferenceBroker reference;
  private final Map<Integer, TestConsumer> consumers = new HashMap<>();

  Twins(TestNamespace namespace, ReferenceBroker reference) {
    this.namespace = namespace;
    this.reference = reference;
  }

  /** Does a step on both and compares the answers, the deliveries and the counts. */
  void apply(Step step) {
    Object expected = applyToReference(step);
    Object actual = applyToEngine(step);
    assertThat(actual).as("answer").isEqualTo(expected);
    reference.serve();
    compareDeliveries();
    compareCounts();
  }

  private @Nullable Object applyToReference(Step step) {
    if (step instanceof Step.Send send) {
      return reference.send(
          send.session(),
          send.first(),
          send.messages().stream().map(TestMessage::message).toList());
    } else if (step instanceof Step.Claim claim) {
      return reference.claim(claim.service(), claim.queue(), claim.types());
    } else if (step instanceof Step.Declare declare) {
      return reference.declare(declare.type(), declare.kind(), declare.owner());
    } else if (step instanceof Step.Subscribe subscribe) {
      return reference.subscribe(
          subscribe.service(), subscribe.subscription(), patterns(subscribe));
    } else if (step instanceof Step.Delete delete) {
      return reference.delete(reference.places.get(delete.place()));
    } else if (step instanceof Step.Settle settle) {
      return reference.settle(reference.places.get(settle.place()), settle.settlements());
    } else if (step instanceof Step.Redrive redrive) {
      return reference.redrive(reference.places.get(redrive.place()), redrive.message());
    } else if (step instanceof Step.Drop drop) {
      return reference.drop(reference.places.get(drop.place()), drop.message());
    } else if (step instanceof Step.Open open) {
      reference.open(open.reader(), open.place(), open.leaseMs());
    } else if (step instanceof Step.Credit credit) {
      reference.readers.get(credit.reader()).credit += credit.messages();
    } else if (step instanceof Step.Start start) {
      ReferenceBroker.start(reference.readers.get(start.reader()), start.deliveries());
    } else if (step instanceof Step.Leave leave) {
      reference.leave(reference.readers.get(leave.reader()), leave.inGoodOrder());
    } else if (step instanceof Step.Pass pass) {
      reference.pass(pass.ms());
    } else {
      reference.restart();
    }
    return null;
  }

  private @Nullable Object applyToEngine(Step step) {
    if (step instanceof Step.Send send) {
      return sent(
          namespace.submit(
              new Operation.Send(
                  send.session(), send.first(), TestMessage.batch(send.messages()), List.of())));
    } else if (step instanceof Step.Claim claim) {
      return made(
          namespace.submit(
              new Operation.ClaimTypes(claim.service(), claim.queue(), claim.types())));
    } else if (step instanceof Step.Declare declare) {
      Result result = namespace.declare(declare.type(), declare.kind(), declare.owner());
      return result instanceof Result.Refused refused ? refused.code() : null;
    } else if (step instanceof Step.Subscribe subscribe) {
      return made(
          namespace.submit(
              new Operation.Subscribe(
                  subscribe.service(), subscribe.subscription(), patterns(subscribe))));
    } else if (step instanceof Step.Delete delete) {
      Result result = namespace.submit(new Operation.DeleteSubscription(delete.place()));
      return result instanceof Result.Refused refused
          ? refused.code()
          : ((Result.Count) result).value();
    } else if (step instanceof Step.Settle settle) {
      return settled(namespace.submit(new Operation.Settle(settle.place(), settle.settlements())));
    } else if (step instanceof Step.Redrive redrive) {
      return (int) namespace.redrive(redrive.place(), redrive.message());
    } else if (step instanceof Step.Drop drop) {
      return (int) namespace.drop(drop.place(), drop.message());
    } else if (step instanceof Step.Open open) {
      consumers.put(open.reader(), namespace.consume(open.place(), 0, open.leaseMs()));
    } else if (step instanceof Step.Credit credit) {
      consumers.get(credit.reader()).credit(credit.messages());
    } else if (step instanceof Step.Start start) {
      namespace.withEngine(
          engine -> consumers.get(start.reader()).consumer().started(start.deliveries()));
    } else if (step instanceof Step.Leave leave) {
      TestConsumer consumer = consumers.remove(leave.reader());
      if (leave.inGoodOrder()) {
        consumer.leave();
      } else {
        consumer.disconnect();
      }
    } else if (step instanceof Step.Pass pass) {
      namespace.time().passMs(pass.ms());
      namespace.run();
    } else {
      namespace.restart();
      consumers.clear();
    }
    return null;
  }

  private static List<TypePattern> patterns(Step.Subscribe subscribe) {
    return subscribe.patterns().stream().map(TypePattern::new).toList();
  }

  private static @Nullable Object sent(Result result) {
    if (result instanceof Result.Refused refused) {
      assertThat(refused.code()).isEqualTo(ErrorCode.OUT_OF_SEQUENCE);
      return null;
    }
    Map<Integer, ErrorCode> refusals = new TreeMap<>();
    ((Result.Sent) result)
        .refusals()
        .forEach(refusal -> refusals.put(refusal.index(), refusal.code()));
    return refusals;
  }

  private static Object made(Result result) {
    return result instanceof Result.Refused refused
        ? refused.code()
        : ((Result.DestinationIs) result).id();
  }

  private static Object settled(Result result) {
    List<String> refusals = new ArrayList<>();
    for (Result.Refusal refusal : ((Result.Settled) result).refusals()) {
      refusals.add(refusal.index() + ":" + refusal.sequence() + ":" + refusal.code());
    }
    return refusals;
  }

  private void compareDeliveries() {
    for (Reader reader : reference.readers.values()) {
      List<Delivered> actual = consumers.get(reader.number).take();
      List<String> got = new ArrayList<>();
      for (Delivered delivered : actual) {
        got.add(
            delivered.sequence()
                + " attempt "
                + delivered.attempt()
                + " "
                + delivered.message().id()
                + " stored "
                + delivered.storedAtMs());
      }
      List<String> expected = new ArrayList<>();
      for (Copy copy : reader.got) {
        expected.add(
            copy.sequence
                + " attempt "
                + (copy.attempts + 1)
                + " "
                + copy.message.id()
                + " stored "
                + copy.storedAtMs);
      }
      assertThat(got).as("deliveries to reader %s", reader.number).isEqualTo(expected);
      for (int i = 0; i < actual.size(); i++) {
        reference.delivered(reader, reader.got.get(i), actual.get(i).epoch());
      }
      reader.got.clear();
    }
  }

  private void compareCounts() {
    for (Place place : reference.places.values()) {
      TestNamespace.Counts counts = namespace.counts(place.id);
      List<Long> actual =
          List.of(
              counts.ready() + counts.delayed(),
              (long) counts.leased(),
              counts.dead(),
              counts.bytes(),
              namespace.destination(place.id).nextSequence());
      assertThat(actual)
          .as("counts of %s: waiting, leased, dead, bytes, next", place.name)
          .containsExactly(
              place.copies.size() - place.leased(),
              place.leased(),
              (long) place.dead.size(),
              place.bytes(),
              place.nextSequence);
    }
  }

  /** Compares all that both hold: messages, dead letters, types, outcomes. */
  void compareContents() {
    assertThat(namespace.engine().destinations().all())
        .extracting(Destination::id)
        .containsExactlyElementsOf(reference.places.keySet());
    for (Place place : reference.places.values()) {
      assertThat(contents(namespace.destination(place.id)))
          .as("contents of %s", place.name)
          .isEqualTo(contents(place));
    }
    Map<String, String> types = new TreeMap<>();
    namespace
        .engine()
        .catalog()
        .types()
        .forEach(
            type ->
                types.put(type.name(), type.kind() + ":" + type.queue() + ":" + type.unowned()));
    Map<String, String> expected = new TreeMap<>();
    for (Map.Entry<String, Type> type : reference.types.entrySet()) {
      Place queue = type.getValue().queue;
      Place unowned = type.getValue().unowned;
      expected.put(
          type.getKey(),
          type.getValue().kind
              + ":"
              + (queue == null ? 0 : queue.id)
              + ":"
              + (unowned == null ? 0 : unowned.id));
    }
    assertThat(types).isEqualTo(expected);
    for (Map.Entry<MessageId, Ended> outcome : reference.outcomes.entrySet()) {
      var actual = namespace.outcome(outcome.getKey());
      assertThat(new Ended(actual.status(), actual.code(), actual.atMs()))
          .isEqualTo(outcome.getValue());
    }
    assertThat(namespace.entries(io.parley.engine.store.Table.OUTCOMES))
        .isEqualTo(reference.outcomes.size());
  }

  private static Map<Long, String> contents(Destination destination) {
    Map<Long, String> contents = new TreeMap<>();
    destination.messages(
        (sequence, storedAtMs, record) -> {
          contents.put(sequence, "run " + record.id() + " stored " + storedAtMs);
          return true;
        });
    destination.delayedMessages(
        0,
        message -> {
          contents.put(message.sequence(), describe("single", message) + " due " + message.dueMs());
          return true;
        });
    destination.deadLetters(
        0,
        message -> {
          contents.put(message.sequence(), describe("dead", message));
          return true;
        });
    return contents;
  }

  private static String describe(String what, SingleMessage message) {
    return what
        + " "
        + message.id()
        + " stored "
        + message.storedAtMs()
        + " attempts "
        + message.attempts();
  }

  private static Map<Long, String> contents(Place place) {
    Map<Long, String> contents = new TreeMap<>();
    for (Copy copy : place.copies.values()) {
      String identity = copy.message.id() + " stored " + copy.storedAtMs;
      contents.put(
          copy.sequence,
          copy.single
              ? "single " + identity + " attempts " + copy.attempts + " due " + copy.dueMs
              : "run " + identity);
    }
    for (Copy copy : place.dead.values()) {
      contents.put(
          copy.sequence,
          "dead "
              + copy.message.id()
              + " stored "
              + copy.storedAtMs
              + " attempts "
              + copy.attempts);
    }
    return contents;
  }
}
