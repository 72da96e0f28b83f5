package io.parley.examples.retail;

import java.math.BigDecimal;

/** What happened to a cart. Published by the cart service alone; everybody may subscribe. */
public sealed interface CartEvent {
  /** Which cart: the number of its invoice. */
  String cart();

  /** The name of the event's type. */
  String type();

  /**
   * A product went into a cart.
   *
   * @param quantity units
   * @param unitPrice pounds for one unit
   */
  record ProductAddedToCart(
      String cart,
      String customer,
      String country,
      String product,
      int quantity,
      BigDecimal unitPrice)
      implements CartEvent {
    public static final String TYPE = "shop.cart.ProductAddedToCart";

    @Override
    public String type() {
      return TYPE;
    }
  }

  /**
   * A product was taken out of a cart, or came back with a return cart.
   *
   * @param quantity units
   * @param unitPrice pounds for one unit
   */
  record ProductRemovedFromCart(
      String cart,
      String customer,
      String country,
      String product,
      int quantity,
      BigDecimal unitPrice)
      implements CartEvent {
    public static final String TYPE = "shop.cart.ProductRemovedFromCart";

    @Override
    public String type() {
      return TYPE;
    }
  }

  /**
   * A cart was closed. It carries the totals, so that nobody has to add up the cart's other events.
   *
   * @param units sold; negative for a return cart
   * @param total pounds to pay; negative for a return cart
   */
  record CartCheckedOut(String cart, String customer, String country, long units, BigDecimal total)
      implements CartEvent {
    public static final String TYPE = "shop.cart.CartCheckedOut";

    @Override
    public String type() {
      return TYPE;
    }
  }
}
