package io.parley.engine.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.sequencer.Sequencer;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageRecord;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends numbered messages in a session. What it has no confirm of it sends again, in order, on a
 * new connection, after the old one was lost; sometimes it loses it by itself. What it wrote to a
 * connection may reach the broker long after that.
 */
final class Producer {
  private static final int UNCONFIRMED_MAX = 4;

  private final Simulation simulation;
  private final int number;
  private final MessageId session;
  private final Deque<Batch> unconfirmed = new ArrayDeque<>();
  private final List<Message> again = new ArrayList<>();
  private final Deque<Frame> onTheWay = new ArrayDeque<>();
  private @Nullable Sequencer connection;
  private long nextSequence = 1;
  private int sent;

  private record Batch(long first, List<Message> messages) {}

  private record Frame(Sequencer connection, int life, Batch batch) {}

  Producer(Simulation simulation, int number) {
    this.simulation = simulation;
    this.number = number;
    this.session = new MessageId(0x5e55, number);
  }

  boolean isIdle() {
    return unconfirmed.isEmpty();
  }

  void connectionLost() {
    connection = null;
  }

  void act() {
    if (connection == null || (!simulation.isPeace() && simulation.oneIn(12))) {
      connection = simulation.connect();
      unconfirmed.forEach(this::send);
    } else if (!simulation.isPeace()
        && !simulation.isFull()
        && unconfirmed.size() < UNCONFIRMED_MAX
        && simulation.oneIn(2)) {
      List<Message> messages = new ArrayList<>();
      for (int n = 1 + simulation.random.nextInt(5); n > 0; n--) {
        messages.add(simulation.message("p" + number + "-" + ++sent, true));
      }
      sendAgain(messages);
      Batch batch = new Batch(nextSequence, messages);
      nextSequence += messages.size();
      unconfirmed.add(batch);
      send(batch);
    } else {
      arrive();
    }
  }

  /** Something with an id of its own, as if whoever sent it had forgotten that. */
  private void sendAgain(List<Message> messages) {
    if (!again.isEmpty() && simulation.oneIn(4)) {
      messages.add(again.get(simulation.random.nextInt(again.size())));
    }
  }

  private void send(Batch batch) {
    if (connection != null) {
      onTheWay.add(new Frame(connection, simulation.life(), batch));
    }
  }

  /** Some of what is on the way reaches the broker. */
  private void arrive() {
    int frames = simulation.isPeace() ? onTheWay.size() : simulation.random.nextInt(4);
    for (; frames > 0 && !onTheWay.isEmpty(); frames--) {
      Frame frame = onTheWay.remove();
      if (frame.life == simulation.life()) {
        simulation.submit(
            frame.connection,
            new Operation.Send(session, frame.batch.first, encode(frame.batch.messages), List.of()),
            result -> answered(frame, result));
      }
    }
  }

  private void answered(Frame frame, @Nullable Result result) {
    if (!(result instanceof Result.Sent stored)) {
      if (frame.connection == connection) {
        connection = null; // the store failed, or a batch is missing
      }
      return;
    }
    unconfirmed.remove(frame.batch);
    List<Integer> refused = stored.refusals().stream().map(Result.Refusal::index).toList();
    for (int i = 0; i < frame.batch.messages.size(); i++) {
      String body = new String(frame.batch.messages.get(i).body(), UTF_8);
      if (refused.contains(i)) {
        simulation.history.refused.put(body, 1);
      } else {
        simulation.history.confirmed.put(body, 1);
        if (simulation.history.sent.get(body).ownId()) {
          again.add(frame.batch.messages.get(i));
        }
      }
    }
  }

  static MessageBatch encode(List<Message> messages) {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    messages.forEach(message -> records.writeBytes(MessageRecord.encode(message)));
    return MessageBatch.of(records.toByteArray(), messages.size());
  }
}
