package io.parley.examples.retail;

import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.examples.retail.CartCommand.AddProductToCart;
import io.parley.examples.retail.CartCommand.CheckOutCart;
import io.parley.examples.retail.CartCommand.RemoveProductFromCart;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;
import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The shop front: turns each row of a file into a command, and lets a check-out follow the last row
 * of each invoice. It doesn't wait for one command to be stored before it sends the next.
 */
public final class ShopFront {
  /** Most commands on the way to the broker, not confirmed yet. */
  private static final int IN_FLIGHT_MAX = 2_000;

  /** Longer cells hold no number that means anything. */
  private static final int NUMBER_MAX_CHARS = 30;

  private final ParleyClient client;
  private final Semaphore inFlight = new Semaphore(IN_FLIGHT_MAX);
  private final LongAdder sent = new LongAdder();
  private final LongAdder confirmed = new LongAdder();
  private final Map<String, Long> failures = new ConcurrentHashMap<>();

  /** A shop front that sends by this client. */
  public ShopFront(ParleyClient client) {
    this.client = client;
  }

  /**
   * Sends the command that a row stands for, and the check-out if it's the last of its invoice.
   * Waits only while too many others are on their way.
   */
  public void send(RetailRow row, CommandIds ids) {
    send(ids.ofRow(row), commandOf(row));
    if (row.lastOfInvoice() && Cart.isId(row.invoice())) {
      send(ids.ofCheckOut(row), new CheckOutCart(row.invoice(), row.customer()));
    }
  }

  /** Returns when all that was sent is confirmed or has failed: when nothing is on its way. */
  public void awaitConfirms() {
    inFlight.acquireUninterruptibly(IN_FLIGHT_MAX);
    inFlight.release(IN_FLIGHT_MAX);
  }

  private void send(MessageId id, CartCommand command) {
    OutgoingMessage message = OutgoingMessage.of(command.type(), command).id(id).trackOutcome();
    if (Cart.isId(command.cart())) {
      message.key(command.cart()); // one cart's commands in order, others' beside them
    }
    inFlight.acquireUninterruptibly();
    sent.increment();
    client.sendAsync(message).whenComplete((stored, failure) -> confirmed(failure));
  }

  private void confirmed(@Nullable Throwable failure) {
    if (failure == null) {
      confirmed.increment();
    } else {
      String reason =
          failure instanceof ParleyException refused ? refused.code().name() : failure.toString();
      failures.merge(reason, 1L, Long::sum);
    }
    inFlight.release();
  }

  /**
   * The command a row stands for. A number that can't be read is left out, and the cart service
   * refuses the command: whether a command makes sense is for its receiver to say.
   */
  static CartCommand commandOf(RetailRow row) {
    Integer quantity = wholeNumberIn(row.quantity());
    BigDecimal unitPrice = numberIn(row.unitPrice());
    if (row.invoice().startsWith("C") || (quantity != null && quantity < 0)) {
      return new RemoveProductFromCart(
          row.invoice(),
          row.customer(),
          row.country(),
          row.product(),
          row.description(),
          quantity == null ? null : -quantity,
          unitPrice);
    }
    return new AddProductToCart(
        row.invoice(),
        row.customer(),
        row.country(),
        row.product(),
        row.description(),
        quantity,
        unitPrice);
  }

  private static @Nullable Integer wholeNumberIn(String text) {
    BigDecimal number = numberIn(text);
    try {
      return number == null ? null : number.intValueExact();
    } catch (ArithmeticException e) {
      return null;
    }
  }

  private static @Nullable BigDecimal numberIn(String text) {
    try {
      return text.length() > NUMBER_MAX_CHARS ? null : new BigDecimal(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Commands handed to the client. */
  public long sent() {
    return sent.sum();
  }

  /** Commands the broker has stored. */
  public long confirmed() {
    return confirmed.sum();
  }

  /** Commands that were not stored, by error code. */
  public Map<String, Long> failures() {
    return new TreeMap<>(failures);
  }
}
