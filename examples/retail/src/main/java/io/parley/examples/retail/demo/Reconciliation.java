package io.parley.examples.retail.demo;

import io.parley.examples.retail.Analytics;
import io.parley.examples.retail.Billing;
import io.parley.examples.retail.CartEvent.CartCheckedOut;
import io.parley.examples.retail.CartEvent.ProductAddedToCart;
import io.parley.examples.retail.CartEvent.ProductRemovedFromCart;
import io.parley.examples.retail.Stock;
import io.parley.examples.retail.View;
import io.parley.examples.retail.demo.FileLedger.Entry;
import io.parley.examples.retail.demo.FileLedger.Kind;
import io.parley.protocol.model.MessageId;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Compares what the file says with what came out: each command's outcome, each event in each view
 * that wants it, and what the views add up to. Exact; nothing is rounded, nothing tolerated.
 * Thread-safe.
 */
final class Reconciliation {
  /** Details of the first ones are enough to find a defect; the others are counted. */
  private static final int MISMATCHES_KEPT = 50;

  private final List<Mismatch> mismatches = new ArrayList<>();
  private final Map<String, Long> commandsByOutcome = new TreeMap<>();
  private long mismatchCount;
  private long checks;

  /** Something that isn't as the file says. */
  record Mismatch(String what, String expected, String found) {}

  /**
   * Compares what became of a command.
   *
   * @param outcome as the broker tells it: {@code COMPLETED}, the code of a rejection, or another
   *     status
   */
  synchronized void outcome(Entry entry, String outcome) {
    commandsByOutcome.merge(outcome, 1L, Long::sum);
    same(nameOf(entry), entry.verdict(), outcome);
  }

  /**
   * Looks for the command's event in the views: there if they want it and the command completed,
   * nowhere if not.
   */
  void effect(Entry entry, Billing billing, Stock stock, Analytics analytics) {
    MessageId event = entry.command().child(0);
    boolean isCheckOut = entry.kind() == Kind.CHECK_OUT;
    effect(entry, event, billing, entry.isCompleted() && isCheckOut);
    effect(entry, event, stock, entry.isCompleted() && !isCheckOut);
    effect(entry, event, analytics, entry.isCompleted());
  }

  private synchronized void effect(Entry entry, MessageId event, View view, boolean expected) {
    checks++;
    boolean found = view.hasApplied(event);
    if (found != expected) {
      mismatch(
          "event of " + nameOf(entry) + " in " + view.service(),
          expected ? "applied" : "none",
          found ? "applied" : "none");
    }
  }

  /** Compares what the views add up to; with {@link #effect}, each event is there just once. */
  void views(FileLedger ledger, Billing billing, Stock stock, Analytics analytics) {
    long checkedOut = ledger.billByInvoice().size();
    long changed = ledger.added() + ledger.removed();
    same("events in billing", checkedOut, billing.applied());
    same("events in stock", changed, stock.applied());
    same("events in analytics", changed + checkedOut, analytics.applied());

    sameAmounts("bill of invoice ", ledger.billByInvoice(), billing.totals());
    sameCounts("units taken of product ", ledger.unitsByProduct(), stock.unitsTaken());
    sameCounts(
        "events of type ",
        withoutZeros(
            Map.of(
                ProductAddedToCart.TYPE, ledger.added(),
                ProductRemovedFromCart.TYPE, ledger.removed(),
                CartCheckedOut.TYPE, checkedOut)),
        analytics.countByType());
    sameAmounts("revenue of ", ledger.revenueByCountry(), analytics.revenueByCountry());
  }

  private static Map<String, Long> withoutZeros(Map<String, Long> counts) {
    Map<String, Long> some = new TreeMap<>(counts);
    some.values().removeIf(count -> count == 0);
    return some;
  }

  /** Compares two amounts; 2.5 and 2.50 are the same. */
  void same(String what, @Nullable BigDecimal expected, @Nullable BigDecimal found) {
    same(what, plain(expected), plain(found));
  }

  /** Compares two counts. */
  void same(String what, long expected, long found) {
    same(what, String.valueOf(expected), String.valueOf(found));
  }

  /** Compares two texts. */
  synchronized void same(String what, String expected, String found) {
    checks++;
    if (!expected.equals(found)) {
      mismatch(what, expected, found);
    }
  }

  private void sameAmounts(
      String what, Map<String, BigDecimal> expected, Map<String, BigDecimal> found) {
    for (String key : keysOf(expected, found)) {
      same(what + key, expected.get(key), found.get(key));
    }
  }

  private void sameCounts(String what, Map<String, Long> expected, Map<String, Long> found) {
    for (String key : keysOf(expected, found)) {
      same(what + key, plain(expected.get(key)), plain(found.get(key)));
    }
  }

  private static TreeSet<String> keysOf(Map<String, ?> one, Map<String, ?> other) {
    TreeSet<String> keys = new TreeSet<>(one.keySet());
    keys.addAll(other.keySet());
    return keys;
  }

  private static String plain(@Nullable Object value) {
    return value instanceof BigDecimal amount
        ? amount.stripTrailingZeros().toPlainString()
        : Objects.requireNonNullElse(value, "none").toString();
  }

  private static String nameOf(Entry entry) {
    return "%s of line %d (command %s)"
        .formatted(
            switch (entry.kind()) {
              case ADD -> "product added";
              case REMOVE -> "product removed";
              case CHECK_OUT -> "check-out";
            },
            entry.line(),
            entry.command());
  }

  private void mismatch(String what, String expected, String found) {
    mismatchCount++;
    if (mismatches.size() < MISMATCHES_KEPT) {
      mismatches.add(new Mismatch(what, expected, found));
    }
  }

  /** Commands by what became of them, as the broker tells it. */
  synchronized Map<String, Long> commandsByOutcome() {
    return new TreeMap<>(commandsByOutcome);
  }

  /** The first mismatches. */
  synchronized List<Mismatch> mismatches() {
    return List.copyOf(mismatches);
  }

  /** All mismatches. */
  synchronized long mismatchCount() {
    return mismatchCount;
  }

  /** Comparisons made. */
  synchronized long checks() {
    return checks;
  }
}
