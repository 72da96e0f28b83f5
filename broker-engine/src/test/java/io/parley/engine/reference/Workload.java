package io.parley.engine.reference;

import io.parley.engine.destination.DestinationKind;
import io.parley.engine.reference.ReferenceBroker.Copy;
import io.parley.engine.reference.ReferenceBroker.Place;
import io.parley.engine.reference.ReferenceBroker.Reader;
import io.parley.engine.testing.TestMessage;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.Settlement;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Random work from a seed: mostly what clients do, some of it late, repeated or wrong. Few types,
 * keys and services, so that they meet.
 */
final class Workload {
  private static final String[] COMMANDS = {"cart.Add", "cart.Remove", "pay.Pay", "pay.Refund"};
  private static final String[] EVENTS = {"cart.Added", "cart.Removed", "pay.Paid"};
  private static final String[] SERVICES = {"cart", "pay"};
  private static final String[] SUBSCRIPTIONS = {"billing", "stock"};
  private static final String[] PATTERNS = {"cart.>", "cart.Added", "*.Paid", "pay.>"};
  private static final long[] PASSES = {200, 500, 1_000, 5_000, 20_000, 60_000, 700_000};
  private static final int LEASE_MS = 10_000;
  private static final int BACKLOG_MAX = 60;

  private final SplittableRandom random;
  private final ReferenceBroker broker;
  private final boolean restarts;
  private final List<Settled> past = new ArrayList<>();
  private final long[] sessionNext = {1, 1};
  private int sent;
  private int readers;

  /** A delivery that may be settled late or twice. */
  private record Settled(int place, long epoch, long sequence) {}

  Workload(long seed, ReferenceBroker broker, boolean restarts) {
    this.random = new SplittableRandom(seed);
    this.broker = broker;
    this.restarts = restarts;
  }

  /** The next step, given what the broker is in. */
  Step next() {
    int dice = random.nextInt(100);
    if (broker.places.isEmpty() || dice < 2) {
      return catalogStep();
    }
    if (dice < 30) {
      return backlog() > BACKLOG_MAX ? settleStep() : sendStep();
    }
    if (dice < 44) {
      return creditStep();
    }
    if (dice < 78) {
      return settleStep();
    }
    if (dice < 82) {
      return startStep();
    }
    if (dice < 85) {
      return leaveStep();
    }
    if (dice < 88) {
      return deadLetterStep();
    }
    if (dice < 89 && restarts) {
      return new Step.Restart();
    }
    return new Step.Pass(random.nextInt(40) == 0 ? pick(PASSES) : PASSES[random.nextInt(4)]);
  }

  private long backlog() {
    return broker.places.values().stream().mapToLong(place -> place.copies.size()).sum();
  }

  private String pick(String[] from) {
    return from[random.nextInt(from.length)];
  }

  private long pick(long[] from) {
    return from[random.nextInt(from.length)];
  }

  private boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  // ---------------------------------------------------------------- types

  private Step catalogStep() {
    if (oneIn(6)) {
      List<Place> inboxes =
          broker.places.values().stream().filter(p -> p.kind == DestinationKind.INBOX).toList();
      if (!inboxes.isEmpty()) {
        return new Step.Delete(inboxes.get(random.nextInt(inboxes.size())).id);
      }
    }
    return switch (random.nextInt(5)) {
      case 0, 1 -> new Step.Claim(pick(SERVICES), pick(SERVICES), some(COMMANDS));
      case 2 -> new Step.Subscribe(pick(SUBSCRIPTIONS), pick(SUBSCRIPTIONS), some(PATTERNS));
      case 3 -> new Step.Declare(pick(COMMANDS), kind(), oneIn(2) ? pick(SERVICES) : null);
      default -> new Step.Declare(pick(EVENTS), kind(), oneIn(4) ? pick(SERVICES) : null);
    };
  }

  private MessageKind kind() {
    return oneIn(2) ? MessageKind.COMMAND : MessageKind.EVENT;
  }

  private List<String> some(String[] from) {
    List<String> some = new ArrayList<>();
    for (String one : from) {
      if (oneIn(2)) {
        some.add(one);
      }
    }
    return some;
  }

  // ---------------------------------------------------------------- messages

  private Step sendStep() {
    List<TestMessage> messages = messages(1 + random.nextInt(oneIn(6) ? 70 : 6));
    int session = random.nextInt(4);
    if (session > 1) {
      return new Step.Send(null, 0, messages);
    }
    MessageId id = new MessageId(99, session);
    long first = sessionNext[session];
    if (oneIn(5)) {
      first = Math.max(1, first - random.nextInt(8)); // sent again, perhaps with more
    } else if (oneIn(40)) {
      first += 1 + random.nextInt(3); // a gap
      return new Step.Send(id, first, messages);
    }
    sessionNext[session] = Math.max(sessionNext[session], first + messages.size());
    return new Step.Send(id, first, messages);
  }

  private List<TestMessage> messages(int count) {
    List<TestMessage> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      messages.add(message());
    }
    return messages;
  }

  private TestMessage message() {
    String body = "m" + ++sent;
    TestMessage message;
    if (oneIn(60)) {
      message = TestMessage.command(pick(EVENTS), body);
    } else if (oneIn(60)) {
      message = TestMessage.event(pick(COMMANDS), body);
    } else {
      message =
          oneIn(2)
              ? TestMessage.command(pick(COMMANDS), body)
              : TestMessage.event(pick(EVENTS), body);
    }
    if (oneIn(8)) {
      message.id(new MessageId(1, random.nextInt(20))).once();
    }
    if (oneIn(2)) {
      message.key("k" + random.nextInt(3));
    }
    if (oneIn(8)) {
      message.notBefore(broker.nowMs + pick(PASSES) - 200);
    }
    return oneIn(3) ? message.tracked() : message;
  }

  // ---------------------------------------------------------------- consumers

  private Step creditStep() {
    List<Place> places = broker.places.values().stream().filter(Workload::isConsumed).toList();
    if (places.isEmpty()) {
      return catalogStep();
    }
    Place place = places.get(random.nextInt(places.size()));
    List<Reader> there =
        broker.readers.values().stream().filter(reader -> reader.place == place).toList();
    if (there.size() < 2) {
      return new Step.Open(++readers, place.id, LEASE_MS);
    }
    Reader chosen =
        there.stream()
            .filter(reader -> reader.credit > 0) // one with credit at a time
            .findFirst()
            .orElseGet(() -> there.get(random.nextInt(there.size())));
    return new Step.Credit(chosen.number, 1 + random.nextInt(oneIn(3) ? 40 : 4));
  }

  private static boolean isConsumed(Place place) {
    return place.kind != DestinationKind.UNOWNED;
  }

  private @Nullable Reader anyReader() {
    List<Reader> all = List.copyOf(broker.readers.values());
    return all.isEmpty() ? null : all.get(random.nextInt(all.size()));
  }

  private Step startStep() {
    Reader reader = anyReader();
    return reader == null || reader.delivered == 0
        ? creditStep()
        : new Step.Start(reader.number, random.nextLong(reader.delivered + 2));
  }

  private Step leaveStep() {
    Reader reader = anyReader();
    return reader == null ? creditStep() : new Step.Leave(reader.number, oneIn(3));
  }

  // ---------------------------------------------------------------- settling

  private Step settleStep() {
    Place place = null;
    List<Settlement> settlements = new ArrayList<>();
    for (int tries = 1 + random.nextInt(5); tries > 0; tries--) {
      Settled target = target(place);
      if (target != null) {
        place = broker.places.get(target.place);
        settlements.add(settlement(target));
        past.add(target);
      }
    }
    return place == null ? creditStep() : new Step.Settle(place.id, settlements);
  }

  /** A message somebody holds; sometimes one that somebody held once. */
  private @Nullable Settled target(@Nullable Place in) {
    if (oneIn(12) && !past.isEmpty()) {
      Settled old = past.get(random.nextInt(past.size()));
      boolean isThere = broker.places.containsKey(old.place);
      return isThere && (in == null || in.id == old.place) ? old : null;
    }
    List<Settled> held = new ArrayList<>();
    for (Place place : broker.places.values()) {
      if (isConsumed(place) && (in == null || in == place)) {
        for (Copy copy : place.copies.values()) {
          if (copy.lastEpoch != 0 && (copy.holder != null || oneIn(6))) {
            held.add(new Settled(place.id, copy.lastEpoch, copy.sequence));
          }
        }
      }
    }
    return held.isEmpty() ? null : held.get(random.nextInt(held.size()));
  }

  private Settlement settlement(Settled target) {
    long epoch = target.epoch;
    long sequence = target.sequence;
    int count = oneIn(3) ? 1 + random.nextInt(12) : 1;
    return switch (random.nextInt(16)) {
      case 0, 1, 2, 3, 4, 5 -> new Settlement.Complete(epoch, sequence, count);
      case 6, 7 -> new Settlement.CompleteWith(epoch, sequence, null, emitted());
      case 8 -> new Settlement.Reject(epoch, sequence, "INVALID", "no");
      case 9, 10, 11 ->
          new Settlement.Fail(
              epoch, sequence, false, "Broken", "", pick(new long[] {0, 500, 5_000}));
      case 12 -> new Settlement.Fail(epoch, sequence, true, "Undecodable", "", 0);
      case 13, 14 -> new Settlement.Release(epoch, sequence, count);
      default -> new Settlement.Extend(epoch, sequence, count, LEASE_MS * (1 + random.nextInt(3)));
    };
  }

  private MessageBatch emitted() {
    return backlog() > BACKLOG_MAX
        ? MessageBatch.EMPTY
        : TestMessage.batch(messages(random.nextInt(3)));
  }

  private Step deadLetterStep() {
    List<Place> places =
        broker.places.values().stream().filter(place -> !place.dead.isEmpty()).toList();
    if (places.isEmpty()) {
      return settleStep();
    }
    Place place = places.get(random.nextInt(places.size()));
    List<Copy> letters = List.copyOf(place.dead.values());
    MessageId one = oneIn(2) ? letters.get(random.nextInt(letters.size())).message.id() : null;
    return oneIn(3) ? new Step.Drop(place.id, one) : new Step.Redrive(place.id, one);
  }
}
