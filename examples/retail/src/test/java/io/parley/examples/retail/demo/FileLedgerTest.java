package io.parley.examples.retail.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.examples.retail.InMemoryShop;
import io.parley.examples.retail.RetailFile;
import io.parley.examples.retail.demo.FileLedger.Entry;
import io.parley.examples.retail.demo.Reconciliation.Mismatch;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileLedgerTest {

  /** The numbers were worked out by another program in another language. */
  @Test
  void shouldKnowWhatThePackagedDayComesTo() throws IOException {
    FileLedger ledger = FileLedger.read(RetailFile.packaged(), entry -> {});

    assertThat(ledger.commandsByVerdict())
        .isEqualTo(Map.of("COMPLETED", 2_095L, "FORBIDDEN", 1_146L, "INVALID", 10L));
    assertThat(ledger.commands()).isEqualTo(3_251);
    assertThat(ledger.billByInvoice()).hasSize(127);
    assertAmount(ledger.billByInvoice().get("536365"), "139.12");
    assertAmount(ledger.billByInvoice().get("C536391"), "-141.48");
    assertThat(ledger.unitsByProduct()).containsEntry("85123A", 441L).containsEntry("22423", 28L);
    assertThat(ledger.unitsByProduct().values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(24_032);
    assertThat(ledger.revenueByCountry()).hasSize(7);
    assertAmount(ledger.revenueByCountry().get("United Kingdom"), "42030.85");
    assertAmount(ledger.revenueByCountry().get("France"), "855.86");
    assertAmount(ledger.revenueByCountry().get("EIRE"), "555.38");
  }

  /** Two ways to work out the same: the shop's own code, and the ledger's. */
  @ParameterizedTest
  @ValueSource(strings = {"2010-12-01.csv", "2010-12-02.csv", "odd.csv"})
  void shouldComeToTheSameAsTheShopItself(String name) throws IOException, URISyntaxException {
    RetailFile file = resource(name);
    InMemoryShop shop = InMemoryShop.after(file);
    Reconciliation reconciliation = new Reconciliation();

    FileLedger ledger =
        FileLedger.read(
            file,
            entry -> {
              reconciliation.outcome(entry, outcomeOf(entry, shop));
              reconciliation.effect(entry, shop.billing(), shop.stock(), shop.analytics());
            });
    reconciliation.views(ledger, shop.billing(), shop.stock(), shop.analytics());

    assertThat(reconciliation.mismatches()).isEmpty();
    assertThat(reconciliation.mismatchCount()).isZero();
    assertThat(reconciliation.commandsByOutcome()).isEqualTo(ledger.commandsByVerdict());
    assertThat(shop.outcomes()).hasSize((int) ledger.commands());
  }

  @Test
  void shouldJudgeOddRowsOneByOne() throws IOException, URISyntaxException {
    Map<Integer, List<String>> verdicts = new HashMap<>();

    FileLedger ledger =
        FileLedger.read(
            resource("odd.csv"),
            entry ->
                verdicts
                    .computeIfAbsent(entry.line(), line -> new ArrayList<>())
                    .add(entry.verdict()));

    assertThat(verdicts.get(2)).as("a product").containsExactly("COMPLETED");
    assertThat(verdicts.get(4)).as("some of it removed").containsExactly("COMPLETED");
    assertThat(verdicts.get(5)).as("more than there is").containsExactly("NOT_ALLOWED_NOW");
    assertThat(verdicts.get(6)).as("at another price").containsExactly("NOT_ALLOWED_NOW");
    assertThat(verdicts.get(7))
        .as("another customer's, who checks out too")
        .containsExactly("FORBIDDEN", "FORBIDDEN");
    assertThat(verdicts.get(10))
        .as("all of it removed, then an empty cart")
        .containsExactly("COMPLETED", "NOT_ALLOWED_NOW");
    assertThat(verdicts.get(12))
        .as("a bad price, then a cart that was never opened")
        .containsExactly("INVALID", "NOT_ALLOWED_NOW");
    assertThat(verdicts.get(15))
        .as("a quantity on the wrong side, then the return of line 14")
        .containsExactly("INVALID", "COMPLETED");
    assertThat(verdicts.get(16)).as("no invoice, no check-out").containsExactly("INVALID");
    assertAmount(ledger.billByInvoice().get("C6"), "-6.3");
    assertAmount(ledger.billByInvoice().get("7"), "2147483650");
    assertAmount(ledger.billByInvoice().get("2"), "0.002");
    assertThat(ledger.revenueByCountry()).containsOnlyKeys("France", "Spain");
  }

  static RetailFile resource(String name) throws IOException, URISyntaxException {
    return RetailFile.at(
        Path.of(Objects.requireNonNull(RetailFile.class.getResource(name), name).toURI()));
  }

  private static String outcomeOf(Entry entry, InMemoryShop shop) {
    return shop.outcomes().getOrDefault(entry.command(), "none");
  }

  private static void assertAmount(BigDecimal amount, String expected) {
    assertThat(amount).isEqualByComparingTo(expected);
  }

  /** The mismatches of a reconciliation by what they are about. */
  static List<String> subjectsOf(Reconciliation reconciliation) {
    return reconciliation.mismatches().stream().map(Mismatch::what).toList();
  }
}
