package io.parley.examples.retail.demo;

import static io.parley.examples.retail.demo.FileLedgerTest.subjectsOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.examples.retail.Billing;
import io.parley.examples.retail.CartEvent.CartCheckedOut;
import io.parley.examples.retail.CartEvent.ProductAddedToCart;
import io.parley.examples.retail.InMemoryShop;
import io.parley.examples.retail.RetailFile;
import io.parley.examples.retail.demo.FileLedger.Entry;
import io.parley.examples.retail.demo.FileLedger.Kind;
import io.parley.examples.retail.demo.Reconciliation.Mismatch;
import io.parley.protocol.model.MessageId;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A reconciliation that finds nothing proves nothing unless it finds what was planted. */
class ReconciliationTest {
  private static final MessageId UNKNOWN = new MessageId(7, 7);

  private final Reconciliation reconciliation = new Reconciliation();
  private final List<Entry> entries = new ArrayList<>();
  private InMemoryShop shop;
  private FileLedger ledger;

  @BeforeEach
  void workOffTheDay() throws IOException {
    RetailFile day = RetailFile.packaged();
    shop = InMemoryShop.after(day);
    ledger = FileLedger.read(day, entries::add);
  }

  @Test
  void shouldFindNothingWhenAllIsWell() {
    compareViews();
    compareEffects(shop.billing());

    assertThat(reconciliation.mismatches()).isEmpty();
    assertThat(reconciliation.checks()).isGreaterThan(3 * ledger.commands());
  }

  @Test
  void shouldFindAnEventThatWasAppliedTwiceUnderAnotherId() {
    shop.stock()
        .on(
            UNKNOWN,
            new ProductAddedToCart("536365", "1", "United Kingdom", "85123A", 6, BigDecimal.ONE));

    compareViews();

    assertThat(reconciliation.mismatches())
        .containsExactlyInAnyOrder(
            new Mismatch("events in stock", "1968", "1969"),
            new Mismatch("units taken of product 85123A", "441", "447"));
  }

  @Test
  void shouldFindTheSmallestDifferenceInRevenue() {
    shop.analytics()
        .on(
            UNKNOWN,
            CartCheckedOut.TYPE,
            new CartCheckedOut("1", "1", "Norway", 1, new BigDecimal("0.001")));

    compareViews();

    assertThat(reconciliation.mismatches())
        .contains(new Mismatch("revenue of Norway", "1919.14", "1919.141"));
  }

  @Test
  void shouldFindEventsThatNeverArrived() {
    Billing nothing = new Billing();

    reconciliation.views(ledger, nothing, shop.stock(), shop.analytics());
    compareEffects(nothing);

    assertThat(reconciliation.mismatchCount()).isEqualTo(1 + 127 + 127);
    assertThat(reconciliation.mismatches())
        .contains(
            new Mismatch("events in billing", "127", "0"),
            new Mismatch("bill of invoice 536365", "139.12", "none"))
        .hasSize(50);
  }

  @Test
  void shouldFindAnEventOfACommandThatWasRejected() {
    Entry rejected =
        entries.stream().filter(entry -> !entry.isCompleted()).findFirst().orElseThrow();
    shop.billing()
        .on(rejected.command().child(0), new CartCheckedOut("1", "1", "Norway", 1, BigDecimal.ONE));

    compareEffects(shop.billing());

    assertThat(subjectsOf(reconciliation))
        .singleElement()
        .asString()
        .contains("billing", "line " + rejected.line());
  }

  @Test
  void shouldFindAnOutcomeThatIsNotAsTheFileSays() {
    Entry completed = new Entry(UNKNOWN, Kind.ADD, 17, "COMPLETED", null);

    reconciliation.outcome(completed, "COMPLETED");
    reconciliation.outcome(completed, "PENDING");

    assertThat(reconciliation.mismatches())
        .containsExactly(
            new Mismatch(
                "product added of line 17 (command " + UNKNOWN + ")", "COMPLETED", "PENDING"));
    assertThat(reconciliation.commandsByOutcome())
        .containsEntry("COMPLETED", 1L)
        .containsEntry("PENDING", 1L);
  }

  @Test
  void shouldTakeAmountsForTheSameWhateverTheirZeros() {
    reconciliation.same("amount", new BigDecimal("2.5"), new BigDecimal("2.500"));
    reconciliation.same("amount", new BigDecimal("100"), new BigDecimal("1E+2"));
    assertThat(reconciliation.mismatchCount()).isZero();

    reconciliation.same("amount", BigDecimal.ZERO, null);
    assertThat(reconciliation.mismatchCount()).isEqualTo(1);
  }

  private void compareViews() {
    reconciliation.views(ledger, shop.billing(), shop.stock(), shop.analytics());
  }

  private void compareEffects(Billing billing) {
    for (Entry entry : entries) {
      reconciliation.effect(entry, billing, shop.stock(), shop.analytics());
    }
  }
}
