package io.parley.examples.retail;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.examples.retail.CartEvent.CartCheckedOut;
import io.parley.examples.retail.CartEvent.ProductAddedToCart;
import io.parley.examples.retail.CartEvent.ProductRemovedFromCart;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.TypePattern;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

class ViewTest {
  private static final MessageId FIRST = new MessageId(1, 1);
  private static final MessageId SECOND = new MessageId(1, 2);
  private static final MessageId THIRD = new MessageId(1, 3);

  @Test
  void shouldBillACartOnceHoweverOftenItsEventComes() {
    Billing billing = new Billing();
    billing.on(FIRST, checkedOut("1", "France", "10.50"));
    billing.on(FIRST, checkedOut("1", "France", "10.50"));
    billing.on(SECOND, checkedOut("C2", "France", "-3"));

    assertThat(billing.totals())
        .hasSize(2)
        .containsEntry("1", new BigDecimal("10.50"))
        .containsEntry("C2", new BigDecimal("-3"));
    assertCounts(billing, 2, 1);
  }

  @Test
  void shouldCountUnitsThatLeaveTheShelvesAndComeBack() {
    Stock stock = new Stock();
    stock.on(FIRST, added("TEA", 6));
    stock.on(FIRST, added("TEA", 6));
    stock.on(SECOND, removed("TEA", 2));
    stock.on(SECOND, removed("TEA", 2));
    stock.on(THIRD, removed("CUP", 2_147_483_647));

    assertThat(stock.unitsTaken())
        .hasSize(2)
        .containsEntry("TEA", 4L)
        .containsEntry("CUP", -2_147_483_647L);
    assertCounts(stock, 3, 2);
  }

  @Test
  void shouldAddUpRevenueByCountryWithoutRounding() {
    Analytics analytics = new Analytics();
    analytics.on(FIRST, CartCheckedOut.TYPE, checkedOut("1", "France", "0.10"));
    analytics.on(SECOND, CartCheckedOut.TYPE, checkedOut("2", "France", "0.201"));
    analytics.on(SECOND, CartCheckedOut.TYPE, checkedOut("2", "France", "0.201"));
    analytics.on(THIRD, "shop.cart.SomethingOfNextYear", null);

    assertThat(analytics.revenueByCountry())
        .hasSize(1)
        .containsEntry("France", new BigDecimal("0.301"));
    assertThat(analytics.countByType())
        .hasSize(2)
        .containsEntry(CartCheckedOut.TYPE, 2L)
        .containsEntry("shop.cart.SomethingOfNextYear", 1L);
    assertCounts(analytics, 3, 1);
  }

  @Test
  void shouldWantTheEventsItIsBuiltFrom() {
    List<String> all =
        List.of(ProductAddedToCart.TYPE, ProductRemovedFromCart.TYPE, CartCheckedOut.TYPE);

    assertThat(all.stream().filter(type -> isWanted(new Billing(), type)))
        .containsExactly(CartCheckedOut.TYPE);
    assertThat(all.stream().filter(type -> isWanted(new Stock(), type)))
        .containsExactly(ProductAddedToCart.TYPE, ProductRemovedFromCart.TYPE);
    assertThat(all.stream().filter(type -> isWanted(new Analytics(), type))).hasSize(3);
  }

  private static boolean isWanted(View view, String type) {
    return view.wants().stream().anyMatch(pattern -> new TypePattern(pattern).matches(type));
  }

  private static void assertCounts(View view, long applied, long suppressed) {
    assertThat(view.applied()).isEqualTo(applied);
    assertThat(view.suppressed()).isEqualTo(suppressed);
    assertThat(view.hasApplied(FIRST)).isTrue();
    assertThat(view.hasApplied(new MessageId(9, 9))).isFalse();
  }

  private static CartCheckedOut checkedOut(String cart, String country, String total) {
    return new CartCheckedOut(cart, "17850", country, 1, new BigDecimal(total));
  }

  private static ProductAddedToCart added(String product, int quantity) {
    return new ProductAddedToCart("1", "17850", "France", product, quantity, BigDecimal.ONE);
  }

  private static ProductRemovedFromCart removed(String product, int quantity) {
    return new ProductRemovedFromCart("1", "17850", "France", product, quantity, BigDecimal.ONE);
  }
}
