package io.parley.engine.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.engine.Engine;
import io.parley.engine.destination.Consumer;
import io.parley.engine.destination.DeliverySink;
import io.parley.engine.destination.LeasedSegment;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.simulation.History.Completion;
import io.parley.engine.simulation.History.Delivery;
import io.parley.engine.simulation.History.End;
import io.parley.engine.simulation.History.Spot;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.Settlement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A consumer that does what handlers do, in any order. When its connection is lost it keeps what it
 * had in its hands, and may settle it late.
 */
final class Worker implements DeliverySink {
  private static final int LEASE_MS = 5_000;
  private static final int HANDS = 12;

  private final Simulation simulation;

  /** The place of the moment: an inbox that was deleted and made again is another one. */
  private final IntSupplier place;

  private final List<Delivery> held = new ArrayList<>();
  private final List<Delivery> late = new ArrayList<>();
  private @Nullable Consumer consumer;
  private @Nullable Engine openedIn;
  private int openedAt;
  private boolean opening;
  private boolean writable = true;
  private long got;

  Worker(Simulation simulation, IntSupplier place) {
    this.simulation = simulation;
    this.place = place;
  }

  @Override
  public boolean isWritable() {
    return writable;
  }

  @Override
  public void deliver(long epoch, List<LeasedSegment> segments) {
    MessageRecord record = new MessageRecord();
    for (LeasedSegment segment : segments) {
      int at = segment.batch().offset();
      for (int i = 0; i < segment.batch().count(); i++) {
        record.wrap(segment.batch().bytes(), at);
        Delivery delivery =
            new Delivery(
                new Spot(openedAt, segment.firstSequence() + i),
                epoch,
                segment.attempt(),
                World.body(record),
                (int) (epoch >>> 40));
        held.add(delivery);
        got++;
        simulation.history.delivered(delivery);
        if (delivery.attempt() >= Simulation.MAX_ATTEMPTS) {
          simulation.history.mayBeDead.add(delivery.spot());
        }
        at = record.end();
      }
      segment.batch().release();
    }
  }

  void connectionLost() {
    late.addAll(held);
    held.clear();
    consumer = null;
    opening = false;
    while (late.size() > HANDS) {
      late.remove(0);
    }
  }

  void act() {
    Engine engine = simulation.engine();
    if (engine == null) {
      return;
    }
    if (consumer == null || openedIn != engine) {
      open();
    } else if (simulation.isPeace()) {
      writable = true;
      credit(20);
      finish();
    } else {
      live(consumer);
    }
  }

  private void open() {
    if (!opening) {
      opening = true;
      simulation.execute(
          engine -> {
            int at = place.getAsInt();
            if (engine.destinations().find(at) != null) {
              got = 0;
              openedIn = engine;
              openedAt = at;
              consumer = engine.open(at, this, LEASE_MS, simulation.time.millis());
            }
            opening = false;
          });
    }
  }

  private void credit(int messages) {
    Consumer mine = consumer;
    simulation.execute(
        engine -> {
          if (mine != null && openedIn == engine && consumer == mine) {
            engine.wake(mine);
            engine.credit(mine, messages, 100);
          }
        });
  }

  private void live(Consumer mine) {
    switch (simulation.random.nextInt(12)) {
      case 0, 1 -> credit(1 + simulation.random.nextInt(8));
      case 2 -> start(mine);
      case 3 -> vanish(mine);
      case 4 -> writable = !writable;
      case 5 -> settle(late);
      default -> settle(held);
    }
  }

  private void start(Consumer mine) {
    long begun = simulation.random.nextLong(got + 1);
    simulation.execute(engine -> mine.started(begun));
  }

  /** Its service ends. */
  void leave() {
    Consumer mine = consumer;
    if (mine != null) {
      vanish(mine);
    }
  }

  /** The connection ends, sometimes after a goodbye. */
  private void vanish(Consumer mine) {
    boolean goodbye = simulation.oneIn(3);
    simulation.execute(
        engine -> {
          if (openedIn == engine && consumer == mine) {
            if (goodbye) {
              mine.forgetStarted();
            }
            engine.abandon(mine, simulation.time.millis(), "CONNECTION_LOST");
            connectionLost();
          }
        });
  }

  // ---------------------------------------------------------------- settling

  /** In peace: completes all it has. */
  private void finish() {
    while (!held.isEmpty()) {
      Delivery delivery = held.remove(0);
      submit(
          List.of(delivery),
          List.of(new Settlement.Complete(delivery.epoch(), delivery.spot().sequence(), 1)));
    }
  }

  private void settle(List<Delivery> from) {
    List<Delivery> chosen = new ArrayList<>();
    List<Settlement> settlements = new ArrayList<>();
    for (int n = 1 + simulation.random.nextInt(4); n > 0 && !from.isEmpty(); n--) {
      Delivery delivery = from.remove(simulation.random.nextInt(from.size()));
      chosen.add(delivery);
      settlements.add(settlement(delivery));
    }
    if (!chosen.isEmpty()) {
      submit(chosen, settlements);
    }
  }

  private Settlement settlement(Delivery delivery) {
    long epoch = delivery.epoch();
    long sequence = delivery.spot().sequence();
    return switch (simulation.random.nextInt(14)) {
      case 0, 1, 2, 3 -> new Settlement.Complete(epoch, sequence, 1);
      case 4, 5, 6 ->
          new Settlement.CompleteWith(epoch, sequence, null, Producer.encode(emitted(delivery)));
      case 7 -> new Settlement.Reject(epoch, sequence, "NOT_ALLOWED_NOW", "no");
      case 8, 9 ->
          new Settlement.Fail(epoch, sequence, false, "Broken", "", simulation.oneIn(2) ? -1 : 300);
      case 10 -> new Settlement.Fail(epoch, sequence, true, "Undecodable", "", 0);
      case 11 -> new Settlement.Release(epoch, sequence, 1);
      default -> {
        held.add(delivery); // it goes on with it
        yield new Settlement.Extend(epoch, sequence, 1, LEASE_MS);
      }
    };
  }

  /** What handling a message emits: always the same, however often it is handled. */
  private List<Message> emitted(Delivery delivery) {
    return simulation.emitted.computeIfAbsent(
        delivery.spot().place() + " " + delivery.body(),
        handling -> {
          String parent = delivery.body();
          List<Message> messages = new ArrayList<>();
          int depth = (int) parent.chars().filter(c -> c == '>').count();
          if (depth < 2 && !simulation.isFull()) {
            for (int i = simulation.random.nextInt(3); i > 0; i--) {
              messages.add(
                  simulation.message(parent + ">" + delivery.spot().place() + "." + i, false));
            }
          }
          return messages;
        });
  }

  private void submit(List<Delivery> deliveries, List<Settlement> settlements) {
    List<@Nullable Completion> completions = new ArrayList<>();
    History history = simulation.history;
    List<Delivery> ofGone =
        deliveries.stream().filter(each -> history.gone.contains(each.spot().place())).toList();
    for (int i = 0; i < deliveries.size(); i++) {
      Delivery delivery = deliveries.get(i);
      Completion completion = null;
      if (settlements.get(i) instanceof Settlement.CompleteWith) {
        List<String> bodies =
            emitted(delivery).stream().map(message -> new String(message.body(), UTF_8)).toList();
        completion = new Completion(delivery.spot(), delivery.body(), bodies, new boolean[1]);
        history.completions.add(completion);
      }
      completions.add(completion);
      if (ends(settlements.get(i))) {
        history.mayHaveEnded.merge(delivery.spot(), 1, Integer::sum);
      }
      if (settlements.get(i) instanceof Settlement.Fail fail && fail.isFinal()) {
        history.mayBeDead.add(delivery.spot());
      }
    }
    simulation.submit(
        new Operation.Settle(place.getAsInt(), settlements),
        result -> {
          if (result instanceof Result.Settled settled) {
            answered(deliveries, settlements, completions, settled);
            history.acceptedOfGone.addAll(ofGone);
            settled
                .refusals()
                .forEach(r -> history.acceptedOfGone.remove(deliveries.get(r.index())));
          }
        });
  }

  private static boolean ends(Settlement settlement) {
    return settlement instanceof Settlement.Complete
        || settlement instanceof Settlement.CompleteWith
        || settlement instanceof Settlement.Reject;
  }

  private void answered(
      List<Delivery> deliveries,
      List<Settlement> settlements,
      List<@Nullable Completion> completions,
      Result.Settled settled) {
    History history = simulation.history;
    List<Integer> refused = settled.refusals().stream().map(Result.Refusal::index).toList();
    for (int i = 0; i < deliveries.size(); i++) {
      Delivery delivery = deliveries.get(i);
      Settlement settlement = settlements.get(i);
      Completion completion = completions.get(i);
      if (refused.contains(i)) {
        if (ends(settlement)) {
          history.mayHaveEnded.merge(delivery.spot(), -1, Integer::sum);
        }
        if (completion != null) {
          history.completions.remove(completion);
        }
        continue;
      }
      history.newlyAccepted.add(delivery);
      if (completion != null) {
        completion.answered()[0] = true;
      }
      if (settlement instanceof Settlement.Reject reject) {
        history.ended.put(delivery.spot(), new End(End.Kind.REJECTED, reject.code()));
      } else if (ends(settlement)) {
        history.ended.put(delivery.spot(), new End(End.Kind.COMPLETED, ""));
      }
    }
  }
}
