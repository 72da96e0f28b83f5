package io.parley.examples.retail;

import io.parley.client.CommandCompletion;
import io.parley.client.CommandResult;
import io.parley.client.Delivery;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.examples.retail.CartCommand.AddProductToCart;
import io.parley.examples.retail.CartCommand.CheckOutCart;
import io.parley.examples.retail.CartCommand.RemoveProductFromCart;
import io.parley.examples.retail.CartEvent.CartCheckedOut;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One instance of the cart service. It competes with the other instances for commands; the broker
 * hands each to one of them, and those of one cart one after the other.
 */
public final class CartService implements AutoCloseable {
  /** What the instances act as; their queue has the same name. */
  public static final String SERVICE = "cart";

  private final ParleyClient client;
  private final CartStore carts;
  private final AtomicBoolean crashed = new AtomicBoolean();
  private volatile boolean crashBeforeNextSettle;

  private CartService(ParleyClient client, CartStore carts) {
    this.client = client;
    this.carts = carts;
  }

  /**
   * Starts an instance.
   *
   * @param client its own, which acts as {@link #SERVICE}; closed with the instance
   * @param carts the database it shares with the other instances
   */
  public static CartService start(ParleyClient client, CartStore carts) {
    CartService service = new CartService(client, carts);
    service.takeCommands();
    new CartQueries(carts).respond(client);
    return service;
  }

  private void takeCommands() {
    client
        .commandConsumer()
        .on(
            AddProductToCart.TYPE,
            AddProductToCart.class,
            (command, delivery) -> handle(command, delivery, cart -> cart.add(command)))
        .on(
            RemoveProductFromCart.TYPE,
            RemoveProductFromCart.class,
            (command, delivery) -> handle(command, delivery, cart -> cart.remove(command)))
        .on(
            CheckOutCart.TYPE,
            CheckOutCart.class,
            (command, delivery) -> handle(command, delivery, cart -> cart.checkOut(command)))
        .start();
  }

  /**
   * Changes the cart and returns what the broker then commits as one: the command is done, its
   * outcome is known, and the event is in all inboxes. It may all happen twice, if this process
   * ends in between; {@link CartStore} sees to it that the second time changes nothing, and the
   * event gets the same id as the first time.
   */
  private CommandResult handle(CartCommand command, Delivery delivery, CartStore.Change change) {
    try {
      CartEvent event = carts.change(delivery.id(), delivery.epoch(), command.cart(), change);
      return completedWith(event).event(OutgoingMessage.of(event.type(), event).key(event.cart()));
    } catch (Refusal refusal) {
      return CommandResult.reject(refusal.code().name(), refusal.reason());
    } finally {
      if (crashBeforeNextSettle) {
        crash();
      }
    }
  }

  /** Who checks out a cart gets the receipt as the command's result. */
  private static CommandCompletion completedWith(CartEvent event) {
    return event instanceof CartCheckedOut receipt
        ? CommandResult.complete(receipt)
        : CommandResult.complete();
  }

  /** Answers what was asked, finishes what was begun, gives back the rest. */
  @Override
  public void close() {
    if (!isCrashed()) {
      client.close();
    }
  }

  /** Ends as a crash would: leases stay behind, nothing is settled. For demonstration. */
  public void crash() {
    if (crashed.compareAndSet(false, true)) {
      client.abort();
    }
  }

  /**
   * Ends as a crash would, at the worst moment: after the next command has changed its cart, before
   * the broker learns it. For demonstration.
   */
  public void crashBeforeNextSettle() {
    crashBeforeNextSettle = true;
  }

  /** Whether the instance has ended as by a crash. */
  public boolean isCrashed() {
    return crashed.get();
  }
}
