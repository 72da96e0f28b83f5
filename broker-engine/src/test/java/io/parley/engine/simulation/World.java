package io.parley.engine.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.engine.Engine;
import io.parley.engine.destination.Destination;
import io.parley.engine.simulation.History.Spot;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.OutcomeMessage;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What is on the broker's disk and in its memory after a step, as its own views tell it. */
final class World {
  private static final byte[] OUTCOME_TYPE = OutcomeMessage.TYPE.getBytes(UTF_8);

  /** Where a message is. */
  enum State {
    WAITING,
    DELAYED,
    DEAD
  }

  /** A message in a place. */
  record Present(String body, State state, boolean leased) {}

  final Engine engine;
  final Map<Integer, TreeMap<Long, Present>> places = new LinkedHashMap<>();

  private World(Engine engine) {
    this.engine = engine;
  }

  static World of(Engine engine, History history) {
    World world = new World(engine);
    for (Destination destination : engine.destinations().all()) {
      TreeMap<Long, Present> present = new TreeMap<>();
      destination.messages(
          (sequence, storedAtMs, record) -> {
            present.put(sequence, present(destination, sequence, record, State.WAITING));
            return true;
          });
      destination.delayedMessages(
          0,
          message -> {
            MessageRecord record = destination.record(message);
            present.put(
                message.sequence(),
                present(destination, message.sequence(), record, State.DELAYED));
            return true;
          });
      destination.deadLetters(
          0,
          message -> {
            MessageRecord record = destination.record(message);
            present.put(message.sequence(), new Present(body(record), State.DEAD, false));
            return true;
          });
      present.forEach(
          (sequence, is) -> {
            Spot spot = new Spot(destination.id(), sequence);
            history.seen(spot, is.body);
            if (is.state == State.DEAD) {
              history.deadOnce.add(spot);
            }
          });
      world.places.put(destination.id(), present);
    }
    return world;
  }

  private static Present present(
      Destination destination, long sequence, MessageRecord record, State state) {
    return new Present(body(record), state, destination.isLeased(sequence));
  }

  /** What names a message: its body, or what an outcome message tells. */
  static String body(MessageRecord record) {
    return record.hasTypeOf(OUTCOME_TYPE)
        ? History.Ending.of(record).body()
        : new String(
            record.array(), record.bodyOffset(), record.end() - record.bodyOffset(), UTF_8);
  }

  /** The dead letters. */
  Set<Spot> dead() {
    Set<Spot> dead = new HashSet<>();
    places.forEach(
        (place, present) ->
            present.forEach(
                (sequence, is) -> {
                  if (is.state() == State.DEAD) {
                    dead.add(new Spot(place, sequence));
                  }
                }));
    return dead;
  }

  boolean has(Spot spot) {
    TreeMap<Long, Present> place = places.get(spot.place());
    return place != null && place.containsKey(spot.sequence());
  }
}
