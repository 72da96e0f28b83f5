package io.parley.examples.retail;

import static io.parley.examples.retail.Refusal.Code.FORBIDDEN;
import static io.parley.examples.retail.Refusal.Code.INVALID;
import static io.parley.examples.retail.Refusal.Code.NOT_ALLOWED_NOW;

import io.parley.examples.retail.CartCommand.AddProductToCart;
import io.parley.examples.retail.CartCommand.CheckOutCart;
import io.parley.examples.retail.CartCommand.RemoveProductFromCart;
import io.parley.examples.retail.CartEvent.CartCheckedOut;
import io.parley.examples.retail.CartEvent.ProductAddedToCart;
import io.parley.examples.retail.CartEvent.ProductRemovedFromCart;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One cart and its rules. A command's method decides and changes nothing; {@link #apply} changes
 * and decides nothing. Not thread-safe: {@link CartStore} lets one command in at a time.
 *
 * <pre>
 *             add              add, remove
 *   (none) ---------> OPEN ------+
 *                      ^  |      |
 *                      +--|------+
 *                         | check out
 *                         v
 *                    CHECKED_OUT
 * </pre>
 *
 * <p>A cart is named like its invoice. One that starts with {@code C} is a <b>return cart</b>: the
 * shop writes a cancellation of its own for goods that were bought on another invoice, perhaps on
 * another day. Removing from a return cart therefore opens it and brings goods back; there is
 * nothing to add to it, and its totals are negative.
 *
 * <p>Refusals, in the order they are looked for:
 *
 * <ol>
 *   <li>{@code INVALID}: a field is absent or makes no sense, above all a price of 0 or less.
 *   <li>{@code FORBIDDEN}: nobody is signed in, or the cart is another customer's.
 *   <li>{@code NOT_ALLOWED_NOW}: the cart is checked out; or, to remove, holds fewer of the product
 *       at that price; or, to check out, is empty.
 * </ol>
 */
final class Cart {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9]{1,20}");

  /** A price as {@code 1E+999999999} is a number too, but adding it up would take all memory. */
  private static final int PRICE_MAX_DIGITS = 9;

  private static final int PRICE_MAX_DECIMALS = 6;

  private final String id;
  private @Nullable String owner;
  private String country = "";
  private boolean checkedOut;

  /** Units by product and price; negative in a return cart. */
  private final Map<Line, Long> lines = new LinkedHashMap<>();

  private record Line(String product, BigDecimal unitPrice) {
    Line {
      unitPrice = unitPrice.stripTrailingZeros(); // 2.10 and 2.1 are one price
    }
  }

  Cart(String id) {
    this.id = id;
  }

  ProductAddedToCart add(AddProductToCart command) throws Refusal {
    requireId();
    if (isReturn()) {
      throw new Refusal(INVALID, "cart: '" + id + "' (expected: no return cart)");
    }
    requireText("product", command.product());
    requireText("country", command.country());
    int quantity = requireQuantity(command.quantity());
    BigDecimal unitPrice = requirePrice(command.unitPrice());
    requireOwner(command.customer());
    requireOpen();
    return new ProductAddedToCart(
        id, command.customer(), command.country(), command.product(), quantity, unitPrice);
  }

  ProductRemovedFromCart remove(RemoveProductFromCart command) throws Refusal {
    requireId();
    requireText("product", command.product());
    requireText("country", command.country());
    int quantity = requireQuantity(command.quantity());
    BigDecimal unitPrice = requirePrice(command.unitPrice());
    requireOwner(command.customer());
    requireOpen();
    long held = lines.getOrDefault(new Line(command.product(), unitPrice), 0L);
    if (!isReturn() && held < quantity) {
      throw new Refusal(
          NOT_ALLOWED_NOW,
          "quantity: %d of %s at %s (expected: at most the %d in the cart)"
              .formatted(quantity, command.product(), unitPrice.toPlainString(), held));
    }
    return new ProductRemovedFromCart(
        id, command.customer(), command.country(), command.product(), quantity, unitPrice);
  }

  CartCheckedOut checkOut(CheckOutCart command) throws Refusal {
    requireId();
    requireOwner(command.customer());
    requireOpen();
    if (lines.isEmpty()) {
      throw new Refusal(NOT_ALLOWED_NOW, "cart: '" + id + "' is empty (expected: a product in it)");
    }
    return new CartCheckedOut(id, command.customer(), country, units(), total());
  }

  private void requireId() throws Refusal {
    if (!isId(id)) {
      throw new Refusal(INVALID, "cart: '" + id + "' (expected: 1 to 20 letters and digits)");
    }
  }

  private static void requireText(String field, String text) throws Refusal {
    if (text.isEmpty()) {
      throw new Refusal(INVALID, field + ": '' (expected: some text)");
    }
  }

  private static int requireQuantity(@Nullable Integer quantity) throws Refusal {
    if (quantity == null || quantity < 1) {
      throw new Refusal(INVALID, "quantity: " + quantity + " (expected: a whole number from 1)");
    }
    return quantity;
  }

  private static BigDecimal requirePrice(@Nullable BigDecimal price) throws Refusal {
    if (price == null || price.signum() <= 0) {
      throw new Refusal(INVALID, "unit price: " + price + " (expected: more than 0)");
    }
    if (price.scale() > PRICE_MAX_DECIMALS
        || price.precision() - price.scale() > PRICE_MAX_DIGITS) {
      throw new Refusal(
          INVALID,
          "unit price: %s (expected: at most %d digits and %d decimals)"
              .formatted(price, PRICE_MAX_DIGITS, PRICE_MAX_DECIMALS));
    }
    return price;
  }

  private void requireOwner(String customer) throws Refusal {
    if (customer.isEmpty()) {
      throw new Refusal(FORBIDDEN, "customer: '' (expected: a customer who is signed in)");
    }
    if (owner != null && !owner.equals(customer)) {
      throw new Refusal(FORBIDDEN, "customer: '" + customer + "' (expected: the cart's own)");
    }
  }

  private void requireOpen() throws Refusal {
    if (checkedOut) {
      throw new Refusal(NOT_ALLOWED_NOW, "cart: '" + id + "' is checked out (expected: open)");
    }
  }

  /** Changes the cart as the event says; never refuses, the event has happened. */
  void apply(CartEvent event) {
    if (event instanceof ProductAddedToCart added) {
      open(added.customer(), added.country());
      change(added.product(), added.unitPrice(), added.quantity());
    } else if (event instanceof ProductRemovedFromCart removed) {
      open(removed.customer(), removed.country());
      change(removed.product(), removed.unitPrice(), -(long) removed.quantity());
    } else if (event instanceof CartCheckedOut) {
      checkedOut = true;
    }
  }

  private void open(String customer, String from) {
    if (owner == null) {
      owner = customer;
      country = from;
    }
  }

  private void change(String product, BigDecimal unitPrice, long units) {
    Line line = new Line(product, unitPrice);
    long left = lines.getOrDefault(line, 0L) + units;
    if (left == 0) {
      lines.remove(line);
    } else {
      lines.put(line, left);
    }
  }

  /** Whether this may name a cart. */
  static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  /** Whether a product was ever put in. */
  boolean isOpened() {
    return owner != null;
  }

  String country() {
    return country;
  }

  CartSummary summary() {
    return new CartSummary(
        id, String.valueOf(owner), country, checkedOut, lines.size(), units(), total());
  }

  CartContents contents() {
    List<CartContents.Line> copy = new ArrayList<>(lines.size());
    lines.forEach(
        (line, units) -> copy.add(new CartContents.Line(line.product(), units, line.unitPrice())));
    return new CartContents(summary(), copy);
  }

  private boolean isReturn() {
    return id.startsWith("C");
  }

  private long units() {
    return lines.values().stream().mapToLong(Long::longValue).sum();
  }

  private BigDecimal total() {
    BigDecimal total = BigDecimal.ZERO;
    for (Map.Entry<Line, Long> line : lines.entrySet()) {
      total = total.add(line.getKey().unitPrice().multiply(BigDecimal.valueOf(line.getValue())));
    }
    return total;
  }
}
