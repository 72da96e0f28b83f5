package io.parley.examples.retail;

import io.parley.examples.retail.CartCommand.AddProductToCart;
import io.parley.examples.retail.CartCommand.CheckOutCart;
import io.parley.examples.retail.CartCommand.RemoveProductFromCart;
import io.parley.examples.retail.CartEvent.CartCheckedOut;
import io.parley.examples.retail.CartEvent.ProductAddedToCart;
import io.parley.examples.retail.CartEvent.ProductRemovedFromCart;
import io.parley.protocol.model.MessageId;
import java.util.LinkedHashMap;
import java.util.Map;

/** The shop's own code with calls where the broker would be: one service after the other. */
public final class InMemoryShop {
  private final CartStore carts = new CartStore();
  private final Billing billing = new Billing();
  private final Stock stock = new Stock();
  private final Analytics analytics = new Analytics();
  private final Map<MessageId, String> outcomes = new LinkedHashMap<>();
  private long epoch;

  /** A shop that has worked off a file. */
  public static InMemoryShop after(RetailFile file) {
    InMemoryShop shop = new InMemoryShop();
    CommandIds ids = CommandIds.of(file);
    file.forEach(
        row -> {
          shop.handle(ids.ofRow(row), ShopFront.commandOf(row));
          if (row.lastOfInvoice() && Cart.isId(row.invoice())) {
            shop.handle(ids.ofCheckOut(row), new CheckOutCart(row.invoice(), row.customer()));
          }
        });
    return shop;
  }

  private void handle(MessageId id, CartCommand command) {
    try {
      publish(id.child(0), carts.change(id, ++epoch, command.cart(), cart -> call(cart, command)));
      outcomes.put(id, "COMPLETED");
    } catch (Refusal refusal) {
      outcomes.put(id, refusal.code().name());
    }
  }

  private static CartEvent call(Cart cart, CartCommand command) throws Refusal {
    if (command instanceof AddProductToCart add) {
      return cart.add(add);
    } else if (command instanceof RemoveProductFromCart remove) {
      return cart.remove(remove);
    }
    return cart.checkOut((CheckOutCart) command);
  }

  private void publish(MessageId id, CartEvent event) {
    CartCheckedOut checkedOut = null;
    if (event instanceof ProductAddedToCart added) {
      stock.on(id, added);
    } else if (event instanceof ProductRemovedFromCart removed) {
      stock.on(id, removed);
    } else if (event instanceof CartCheckedOut out) {
      checkedOut = out;
      billing.on(id, out);
    }
    analytics.on(id, event.type(), checkedOut);
  }

  /** What became of each command: {@code COMPLETED} or the code of the refusal. */
  public Map<MessageId, String> outcomes() {
    return outcomes;
  }

  public Billing billing() {
    return billing;
  }

  public Stock stock() {
    return stock;
  }

  public Analytics analytics() {
    return analytics;
  }
}
