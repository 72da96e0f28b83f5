package io.parley.examples.retail;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What may be asked of the cart service. Whoever sends a command may get it wrong, so the receiver
 * checks every field: absent text is empty, an absent number is null.
 */
public sealed interface CartCommand {
  /** Which cart: the number of its invoice. */
  String cart();

  /** The name of the command's type. */
  String type();

  /** Who asks; empty for a visitor who didn't sign in. */
  String customer();

  /**
   * Put a product into a cart; the first one opens the cart.
   *
   * @param quantity units, 1 or more
   * @param unitPrice pounds for one unit, more than 0
   */
  record AddProductToCart(
      String cart,
      String customer,
      String country,
      String product,
      String description,
      @Nullable Integer quantity,
      @Nullable BigDecimal unitPrice)
      implements CartCommand {
    public static final String TYPE = "shop.cart.AddProductToCart";

    @Override
    public String type() {
      return TYPE;
    }
  }

  /**
   * Take a product out of a cart, or bring one back with a return cart; see {@link Cart}.
   *
   * @param quantity units, 1 or more
   * @param unitPrice pounds for one unit, more than 0: the price at which the product was added
   */
  record RemoveProductFromCart(
      String cart,
      String customer,
      String country,
      String product,
      String description,
      @Nullable Integer quantity,
      @Nullable BigDecimal unitPrice)
      implements CartCommand {
    public static final String TYPE = "shop.cart.RemoveProductFromCart";

    @Override
    public String type() {
      return TYPE;
    }
  }

  /** Close a cart and bill it. */
  record CheckOutCart(String cart, String customer) implements CartCommand {
    public static final String TYPE = "shop.cart.CheckOutCart";

    @Override
    public String type() {
      return TYPE;
    }
  }
}
