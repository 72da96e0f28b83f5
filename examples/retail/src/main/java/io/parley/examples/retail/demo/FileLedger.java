package io.parley.examples.retail.demo;

import io.parley.examples.retail.CommandIds;
import io.parley.examples.retail.RetailFile;
import io.parley.examples.retail.RetailRow;
import io.parley.protocol.model.MessageId;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the shop must end up with, worked out from the file alone. The rules are those of the cart
 * service, but nothing of its code is used, nor any message: were both wrong, they would have to be
 * wrong in the same way.
 *
 * <p>Not thread-safe. In memory are the open invoices and the results.
 */
final class FileLedger {
  static final String COMPLETED = "COMPLETED";
  static final String INVALID = "INVALID";
  static final String FORBIDDEN = "FORBIDDEN";
  static final String NOT_ALLOWED_NOW = "NOT_ALLOWED_NOW";
  static final Set<String> REJECTIONS = Set.of(INVALID, FORBIDDEN, NOT_ALLOWED_NOW);

  private static final int NUMBER_MAX_CHARS = 30;
  private static final BigDecimal QUANTITY_MAX = BigDecimal.valueOf(Integer.MAX_VALUE);
  private static final BigDecimal PRICE_LIMIT = BigDecimal.TEN.pow(9);
  private static final int PRICE_MAX_DECIMALS = 6;

  private final Map<String, Invoice> openInvoices = new HashMap<>();
  private final Map<String, Long> commandsByVerdict = new TreeMap<>();
  private final Map<String, BigDecimal> billByInvoice = new HashMap<>();
  private final Map<String, Long> unitsByProduct = new HashMap<>();
  private final Map<String, BigDecimal> revenueByCountry = new TreeMap<>();
  private long added;
  private long removed;

  /** What a command is. */
  enum Kind {
    ADD,
    REMOVE,
    CHECK_OUT
  }

  /**
   * A command the file stands for, and what must become of it.
   *
   * @param line the row, for people
   * @param verdict {@link #COMPLETED} or the code of the rejection
   * @param total pounds on the receipt of a check-out that completes, else null
   */
  record Entry(MessageId command, Kind kind, int line, String verdict, @Nullable BigDecimal total) {
    boolean isCompleted() {
      return verdict.equals(COMPLETED);
    }
  }

  private static final class Invoice {
    @Nullable String customer;
    String country = "";
    BigDecimal total = BigDecimal.ZERO;
    final Map<String, BigDecimal> unitsByProductAndPrice = new HashMap<>();
  }

  /**
   * Reads the file.
   *
   * @param audit gets every command in the order of the file
   */
  static FileLedger read(RetailFile file, Consumer<Entry> audit) {
    FileLedger ledger = new FileLedger();
    CommandIds ids = CommandIds.of(file);
    file.forEach(
        row -> {
          audit.accept(ledger.enter(row, ids.ofRow(row)));
          if (row.lastOfInvoice() && isInvoice(row.invoice())) {
            audit.accept(ledger.close(row, ids.ofCheckOut(row)));
          }
        });
    return ledger;
  }

  private Entry enter(RetailRow row, MessageId command) {
    BigDecimal quantity = number(row.quantity());
    BigDecimal price = number(row.unitPrice());
    boolean isReturn = row.invoice().startsWith("C");
    boolean isRemoval = isReturn || (quantity != null && quantity.signum() < 0);
    Kind kind = isRemoval ? Kind.REMOVE : Kind.ADD;
    String verdict;
    if (quantity == null
        || price == null
        || !isInvoice(row.invoice())
        || row.product().isEmpty()
        || row.country().isEmpty()
        || !isWhole(quantity)
        || quantity.abs().compareTo(QUANTITY_MAX) > 0
        || quantity.signum() != (isRemoval ? -1 : 1)
        || !isPrice(price)) {
      verdict = INVALID;
    } else if (row.customer().isEmpty()) {
      verdict = FORBIDDEN;
    } else {
      verdict = enter(row, quantity, price, isReturn);
    }
    if (verdict.equals(COMPLETED)) {
      added += isRemoval ? 0 : 1;
      removed += isRemoval ? 1 : 0;
    }
    return entry(command, kind, row, verdict, null);
  }

  private String enter(RetailRow row, BigDecimal quantity, BigDecimal price, boolean isReturn) {
    Invoice invoice = openInvoices.computeIfAbsent(row.invoice(), id -> new Invoice());
    if (invoice.customer != null && !invoice.customer.equals(row.customer())) {
      return FORBIDDEN;
    }
    String item = row.product() + " at " + price.stripTrailingZeros();
    BigDecimal left =
        invoice.unitsByProductAndPrice.getOrDefault(item, BigDecimal.ZERO).add(quantity);
    if (left.signum() < 0 && !isReturn) {
      return NOT_ALLOWED_NOW;
    }
    if (invoice.customer == null) {
      invoice.customer = row.customer();
      invoice.country = row.country();
    }
    invoice.unitsByProductAndPrice.put(item, left);
    invoice.total = invoice.total.add(price.multiply(quantity));
    unitsByProduct.merge(row.product(), quantity.longValueExact(), Long::sum);
    return COMPLETED;
  }

  private Entry close(RetailRow lastRow, MessageId command) {
    Invoice invoice = openInvoices.remove(lastRow.invoice());
    String verdict;
    if (lastRow.customer().isEmpty()) {
      verdict = FORBIDDEN;
    } else if (invoice == null || invoice.customer == null) {
      verdict = NOT_ALLOWED_NOW;
    } else if (!invoice.customer.equals(lastRow.customer())) {
      verdict = FORBIDDEN;
    } else if (invoice.unitsByProductAndPrice.values().stream().allMatch(u -> u.signum() == 0)) {
      verdict = NOT_ALLOWED_NOW;
    } else {
      verdict = COMPLETED;
      billByInvoice.put(lastRow.invoice(), invoice.total);
      revenueByCountry.merge(invoice.country, invoice.total, BigDecimal::add);
    }
    return entry(command, Kind.CHECK_OUT, lastRow, verdict, billByInvoice.get(lastRow.invoice()));
  }

  private Entry entry(
      MessageId command, Kind kind, RetailRow row, String verdict, @Nullable BigDecimal total) {
    commandsByVerdict.merge(verdict, 1L, Long::sum);
    return new Entry(command, kind, row.line(), verdict, total);
  }

  private static boolean isInvoice(String text) {
    return !text.isEmpty()
        && text.length() <= 20
        && text.chars()
            .allMatch(
                c -> (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'));
  }

  private static boolean isWhole(BigDecimal number) {
    return number.stripTrailingZeros().scale() <= 0;
  }

  private static boolean isPrice(BigDecimal price) {
    return price.signum() > 0
        && price.compareTo(PRICE_LIMIT) < 0
        && price.stripTrailingZeros().scale() <= PRICE_MAX_DECIMALS;
  }

  private static @Nullable BigDecimal number(String text) {
    try {
      return text.length() > NUMBER_MAX_CHARS ? null : new BigDecimal(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** How many commands end how: {@link #COMPLETED} or the code of the rejection. */
  Map<String, Long> commandsByVerdict() {
    return commandsByVerdict;
  }

  /** Commands in the file. */
  long commands() {
    return commandsByVerdict.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Products that go into carts: events of that type. */
  long added() {
    return added;
  }

  /** Products that come out of carts: events of that type. */
  long removed() {
    return removed;
  }

  /** Pounds by invoice that is billed: one event each. */
  Map<String, BigDecimal> billByInvoice() {
    return billByInvoice;
  }

  /** Units that leave the shelves, by product. */
  Map<String, Long> unitsByProduct() {
    return unitsByProduct;
  }

  /** Pounds by country. */
  Map<String, BigDecimal> revenueByCountry() {
    return revenueByCountry;
  }
}
