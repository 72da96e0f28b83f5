package io.parley.examples.retail;

/** What may be asked about carts. */
public final class CartQuery {
  private CartQuery() {}

  /** One cart by its id. Answered by {@link CartContents}, or 404. */
  public record GetCart(String cart) {
    public static final String TYPE = "shop.cart.GetCart";
  }

  /** Carts in the order of their ids, page by page. Answered by an array of {@link CartSummary}. */
  public record FindCarts() {
    public static final String TYPE = "shop.cart.FindCarts";

    /** Name of the filter: only carts from this country. */
    public static final String COUNTRY = "country";

    /** Most carts on a page. */
    public static final int PAGE_SIZE_MAX = 100;
  }
}
