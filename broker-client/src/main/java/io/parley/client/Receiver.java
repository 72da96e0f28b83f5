package io.parley.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes messages one by one when its user asks for them, instead of handlers that are called:
 * commands of a queue, or events of a subscription, competing with whoever else consumes it.
 *
 * <pre>{@code
 * try (Receiver<CommandDelivery> receiver = client.receiver("billing")) {
 *   CommandDelivery delivery = receiver.receive(Duration.ofSeconds(5));
 *   if (delivery != null) {
 *     invoices.add(delivery.body(SendInvoice.class));
 *     delivery.complete();
 *   }
 * }
 * }</pre>
 *
 * <p>A message that was received is in its holder's hands until it is settled; its lease is kept so
 * long, and it takes one of the receiver's credit: who holds as many as that gets no more before
 * settling one. Receiving a message starts an attempt; what was only fetched counts as none.
 *
 * <p>Any thread may receive, several at once too. What is sent by the receiving thread isn't
 * stamped with the message in hand, which the client can't know: see {@link
 * OutgoingMessage#causedBy}. A receiver has no threads of its own and keeps no process alive. Ends
 * with its client, or by {@link #close}.
 *
 * @param <D> {@link CommandDelivery} or {@link EventDelivery}
 */
public final class Receiver<D extends Delivery> implements AutoCloseable {
  /** Fewer in hand than this aren't looked through for settled ones. */
  private static final int TIDY_MIN = 64;

  private final ParleyClient client;
  private final Consumption<?> consumption;
  private final Class<? extends D> leased;
  private final String destination;

  /** Guarded by itself: received, and not known to be settled. */
  private final List<LeasedMessage> held = new ArrayList<>();

  private int tidyAt = TIDY_MIN;
  private boolean closed;

  Receiver(
      ParleyClient client,
      Consumption<?> consumption,
      Class<? extends D> leased,
      String destination) {
    this.client = client;
    this.consumption = consumption;
    this.leased = leased;
    this.destination = destination;
  }

  /** The queue or subscription. */
  public String destination() {
    return destination;
  }

  /**
   * Waits for a message.
   *
   * @param timeout how long: zero for what is there already, at most 24 days
   * @return null if there was none in time
   * @throws IllegalStateException once the receiver or its client is closed, also while waiting; on
   *     an event loop
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public @Nullable D receive(Duration timeout) throws InterruptedException {
    client.requireNotOnEventLoop();
    long nanos = Numbers.requireMillis("timeout", timeout, 0).toNanos();
    LeasedMessage message = consumption.take(nanos);
    if (message != null && hold(message)) {
      return leased.cast(message);
    }
    if (message != null || consumption.isEnded()) {
      throw new IllegalStateException("the receiver of '" + destination + "' is closed");
    }
    return null;
  }

  /** Whether it may be handed out; if the receiver was closed meanwhile it goes back. */
  private boolean hold(LeasedMessage message) {
    synchronized (held) {
      if (closed) {
        message.giveBack();
        return false;
      }
      if (held.size() >= tidyAt) {
        held.removeIf(LeasedMessage::isSettled);
        tidyAt = Math.max(TIDY_MIN, 2 * held.size());
      }
      held.add(message);
      return true;
    }
  }

  /**
   * Takes nothing more, gives back uncounted what was fetched or received and isn't settled, and
   * waits until all settlements are durable, at most the client's drain time. Settling a message
   * that was given back throws {@link IllegalStateException}. A second call returns at once.
   *
   * @throws IllegalStateException on a handler's thread or an event loop
   */
  @Override
  public void close() {
    client.requireNotOnHandlerThread();
    var stopped = consumption.stopFromOutside();
    synchronized (held) {
      closed = true;
      held.forEach(LeasedMessage::giveBack);
      held.clear();
    }
    client.awaitStopped(stopped, consumption::abandon);
  }
}
