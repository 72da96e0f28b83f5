package io.parley.client;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.WireLimits;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The way of commands and events to the broker. The sender's thread encodes the message and hands
 * it over; the event loop takes all that waits and makes frames of it.
 *
 * <p>A frame goes at once as long as few are unconfirmed. Beyond that messages wait for the next
 * confirm and travel together: so frames grow with the load, without a timer, and a lone message
 * never waits.
 */
final class Sends {
  /** Frames on their way beyond which messages collect. */
  static final int FRAMES_IN_FLIGHT_MAX = 4;

  private final Connection connection;
  private final MessageIdSource ids;
  private final SendWindow window;
  private final Duration wait;
  private final HandOver<PendingSend> handOver = new HandOver<>();
  private final WakeUp wakeUp;
  private final Deque<PendingSend> waiting = new ArrayDeque<>();
  private final List<CompletableFuture<Void>> whenIdle = new ArrayList<>();
  private long lastSequence;
  private int framesInFlight;

  Sends(Connection connection, MessageIdSource ids) {
    ClientSettings settings = connection.settings();
    this.connection = connection;
    this.ids = ids;
    this.window = new SendWindow(settings.maxInFlight());
    this.wait = settings.sendTimeout();
    this.wakeUp = new WakeUp(connection::execute, this::pump);
  }

  // ---- any thread

  /**
   * Sends; waits if the window is full.
   *
   * @param afters told how it ended, unless this throws
   */
  PendingSend send(MessageKind kind, OutgoingMessage outgoing, @Nullable Afters<MessageId> afters) {
    if (connection.isClosed()) {
      throw new IllegalStateException("the client is closed");
    }
    PayloadCodec codec = connection.settings().codec();
    Message message = outgoing.toMessage(kind, codec, ids, Cause.ofThisThread());
    byte[] record = MessageRecord.encode(message);
    requireFits(message.type(), message.id(), record);
    return begin(new PendingSend(message.id(), kind, record, afters));
  }

  /** Sends what was encoded before. */
  PendingSend send(PreparedMessage prepared) {
    if (connection.isClosed()) {
      throw new IllegalStateException("the client is closed");
    }
    requireFits(prepared.type(), prepared.id(), prepared.record());
    return begin(new PendingSend(prepared.id(), prepared.kind(), prepared.record(), null));
  }

  private void requireFits(String type, MessageId id, byte[] record) {
    int max = connection.welcome().maxMessageBytes();
    if (record.length > max) {
      throw BrokerErrors.tooLarge(type + " " + id, record.length, max);
    }
  }

  private PendingSend begin(PendingSend send) {
    if (enter(send)) {
      handOver.put(send);
      wakeUp.ask();
      if (connection.isClosed()) {
        // It may have come too late for the event loop to see.
        send.completeExceptionally(Connection.closedException());
      }
    }
    return send;
  }

  private boolean enter(PendingSend send) {
    boolean mayWait = !EventLoops.isCurrent();
    try {
      if (window.acquire(send.size(), mayWait ? Deadline.atMost(wait).toNanos() : 0)) {
        return true;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    send.completeExceptionally(
        connection.isClosed()
            ? Connection.closedException()
            : new ParleyException(ErrorCode.OVERLOADED, "send window full: " + window));
    return false;
  }

  // ---- event loop

  /** The broker's limits are known, and what was unconfirmed has been sent again. */
  void connected() {
    window.limitBytes(connection.welcome().sendWindowBytes());
    pump();
  }

  /** Completes once everything sent so far is confirmed. */
  CompletableFuture<Void> idle() {
    CompletableFuture<Void> idle = new CompletableFuture<>();
    whenIdle.add(idle);
    pump();
    return idle;
  }

  /** Nothing is sent any more: what waits for room or for its frame fails. */
  void closed(ParleyException reason) {
    window.close();
    takeWaiting();
    for (PendingSend send : waiting) {
      send.completeExceptionally(reason);
    }
    waiting.clear();
    checkIdle();
  }

  void release(int count, long bytes) {
    window.release(count, bytes);
  }

  void batchEnded() {
    framesInFlight--;
    pump();
  }

  /** The first of as many numbers of the producer session. */
  long takeSequences(int count) {
    long first = lastSequence + 1;
    lastSequence += count;
    return first;
  }

  /** Counts from 1 again, for a new producer session. */
  void restartSequences() {
    lastSequence = 0;
  }

  private void pump() {
    wakeUp.rearm();
    takeWaiting();
    if (connection.isUp()) {
      while (!waiting.isEmpty() && framesInFlight < FRAMES_IN_FLIGHT_MAX) {
        framesInFlight++;
        connection.call(nextBatch());
      }
    }
    if (!waiting.isEmpty()) {
      // A confirm or a connection is what gets them going, not the next sender.
      wakeUp.hush();
    }
    checkIdle();
  }

  private void takeWaiting() {
    PendingSend send = handOver.takeAll();
    while (send != null) {
      PendingSend next = send.linked();
      send.link(null);
      waiting.add(send);
      send = next;
    }
  }

  /** The longest run of one kind that fits a frame. */
  private SendBatch nextBatch() {
    PendingSend first = waiting.remove();
    int bytesMax = connection.batchBytesMax();
    int bytes = first.size();
    List<PendingSend> messages = new ArrayList<>();
    messages.add(first);
    while (messages.size() < WireLimits.BATCH_MAX_MESSAGES) {
      PendingSend next = waiting.peek();
      if (next == null || next.kind() != first.kind() || bytes + next.size() > bytesMax) {
        break;
      }
      bytes += next.size();
      messages.add(waiting.remove());
    }
    return new SendBatch(
        this, first.kind(), takeSequences(messages.size()), records(messages, bytes), messages);
  }

  private static MessageBatch records(List<PendingSend> messages, int bytes) {
    if (messages.size() == 1) {
      return MessageBatch.of(messages.get(0).takeRecord(), 1);
    }
    byte[] records = new byte[bytes];
    int at = 0;
    for (PendingSend message : messages) {
      byte[] record = message.takeRecord();
      System.arraycopy(record, 0, records, at, record.length);
      at += record.length;
    }
    return MessageBatch.of(records, messages.size());
  }

  private void checkIdle() {
    if (waiting.isEmpty() && framesInFlight == 0 && !whenIdle.isEmpty()) {
      List<CompletableFuture<Void>> idle = List.copyOf(whenIdle);
      whenIdle.clear();
      idle.forEach(future -> future.complete(null));
    }
  }
}
