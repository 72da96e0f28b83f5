package io.parley.examples.retail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.parley.examples.retail.CartCommand.AddProductToCart;
import io.parley.examples.retail.CartCommand.CheckOutCart;
import io.parley.examples.retail.CartCommand.RemoveProductFromCart;
import io.parley.examples.retail.CartEvent.CartCheckedOut;
import io.parley.examples.retail.CartEvent.ProductAddedToCart;
import io.parley.examples.retail.CartEvent.ProductRemovedFromCart;
import io.parley.examples.retail.Refusal.Code;
import java.math.BigDecimal;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CartTest {
  private static final String ID = "536365";
  private static final String CUSTOMER = "17850";

  private final Cart cart = new Cart(ID);

  @Test
  void shouldSayWhatWasAdded() throws Refusal {
    ProductAddedToCart event = cart.add(add("TEA", 6, "2.55"));

    assertThat(event)
        .isEqualTo(
            new ProductAddedToCart(ID, CUSTOMER, "France", "TEA", 6, new BigDecimal("2.55")));
    assertThat(cart.isOpened()).as("deciding changes nothing").isFalse();
  }

  @Test
  void shouldCheckOutWithTheTotalsOfAllThatIsInTheCart() throws Refusal {
    cart.apply(cart.add(add("TEA", 6, "2.55")));
    cart.apply(cart.add(add("TEA", 4, "2.5")));
    cart.apply(cart.add(add("CUP", 1, "0.001")));
    cart.apply(cart.remove(remove("TEA", 1, "2.55")));

    CartCheckedOut event = cart.checkOut(checkOut(CUSTOMER));

    assertThat(event.units()).isEqualTo(10);
    assertThat(event.total()).isEqualByComparingTo("22.751");
    assertThat(event.country()).isEqualTo("France");
    assertThat(event.customer()).isEqualTo(CUSTOMER);
  }

  @Test
  void shouldRefuseAQuantityOrPriceThatMakesNoSense() {
    assertRefused(Code.INVALID, () -> cart.add(add("TEA", 0, "2.55")), "quantity: 0");
    assertRefused(Code.INVALID, () -> cart.add(add("TEA", -1, "2.55")), "quantity: -1");
    assertRefused(Code.INVALID, () -> cart.add(add("TEA", null, "2.55")), "quantity: null");
    assertRefused(Code.INVALID, () -> cart.add(add("TEA", 1, "0.00")), "unit price: 0.00");
    assertRefused(Code.INVALID, () -> cart.add(add("TEA", 1, "-11062.06")), "-11062.06");
    assertRefused(Code.INVALID, () -> cart.remove(remove("TEA", 1, "0")), "unit price: 0");
    assertRefused(Code.INVALID, () -> cart.add(add("", 1, "1")), "product: ''");
    assertRefused(Code.INVALID, () -> cart.add(add("TEA", 1, "1E+999999999")), "at most 9 digits");
    assertRefused(Code.INVALID, () -> cart.add(add("TEA", 1, "0.0000001")), "6 decimals");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "not/a/cart", "123456789012345678901", "ä"})
  void shouldRefuseAnIdThatIsNone(String id) {
    Cart unusable = new Cart(id);

    assertRefused(Code.INVALID, () -> unusable.add(add("TEA", 1, "1")), "cart: '" + id + "'");
    assertRefused(Code.INVALID, () -> unusable.remove(remove("TEA", 1, "1")), "cart:");
    assertRefused(Code.INVALID, () -> unusable.checkOut(checkOut(CUSTOMER)), "cart:");
  }

  @Test
  void shouldForbidWhatNobodySignedInAsksFor() {
    assertRefused(
        Code.FORBIDDEN,
        () ->
            cart.add(new AddProductToCart(ID, "", "France", "TEA", "", 1, new BigDecimal("2.55"))),
        "customer: ''");
    assertRefused(Code.FORBIDDEN, () -> cart.checkOut(checkOut("")), "customer: ''");
  }

  @Test
  void shouldForbidAnotherCustomerToTouchTheCart() throws Refusal {
    cart.apply(cart.add(add("TEA", 6, "2.55")));

    assertRefused(Code.FORBIDDEN, () -> cart.checkOut(checkOut("13047")), "13047");
  }

  @Test
  void shouldFirstLookAtTheCommandThenAtTheCustomerThenAtTheCart() {
    assertRefused(
        Code.INVALID,
        () -> cart.remove(new RemoveProductFromCart(ID, "", "France", "TEA", "", 0, null)),
        "quantity");
    assertRefused(
        Code.FORBIDDEN,
        () ->
            cart.remove(new RemoveProductFromCart(ID, "", "France", "TEA", "", 1, BigDecimal.ONE)),
        "customer");
  }

  @Test
  void shouldNotRemoveMoreThanTheCartHoldsAtThatPrice() throws Refusal {
    cart.apply(cart.add(add("TEA", 2, "2.55")));

    assertRefused(
        Code.NOT_ALLOWED_NOW, () -> cart.remove(remove("TEA", 3, "2.55")), "at most the 2");
    assertRefused(
        Code.NOT_ALLOWED_NOW, () -> cart.remove(remove("TEA", 1, "2.5")), "at most the 0");
    assertRefused(
        Code.NOT_ALLOWED_NOW, () -> cart.remove(remove("CUP", 1, "2.55")), "at most the 0");
    assertThat(cart.remove(remove("TEA", 2, "2.550"))).isInstanceOf(ProductRemovedFromCart.class);
  }

  @Test
  void shouldNotCheckOutAnEmptyCart() throws Refusal {
    assertRefused(Code.NOT_ALLOWED_NOW, () -> cart.checkOut(checkOut(CUSTOMER)), "is empty");

    cart.apply(cart.add(add("TEA", 2, "2.55")));
    cart.apply(cart.remove(remove("TEA", 2, "2.55")));

    assertRefused(Code.NOT_ALLOWED_NOW, () -> cart.checkOut(checkOut(CUSTOMER)), "is empty");
  }

  @Test
  void shouldChangeNothingAfterCheckOut() throws Refusal {
    cart.apply(cart.add(add("TEA", 2, "2.55")));
    cart.apply(cart.checkOut(checkOut(CUSTOMER)));

    assertRefused(Code.NOT_ALLOWED_NOW, () -> cart.add(add("TEA", 1, "1")), "checked out");
    assertRefused(Code.NOT_ALLOWED_NOW, () -> cart.remove(remove("TEA", 1, "2.55")), "checked out");
    assertRefused(Code.NOT_ALLOWED_NOW, () -> cart.checkOut(checkOut(CUSTOMER)), "checked out");
  }

  @Test
  void shouldTakeBackWithAReturnCartWhatWasBoughtElsewhere() throws Refusal {
    Cart returns = new Cart("C536379");
    returns.apply(returns.remove(remove("TEA", 12, "1.65")));

    CartCheckedOut event = returns.checkOut(checkOut(CUSTOMER));

    assertThat(event.units()).isEqualTo(-12);
    assertThat(event.total()).isEqualByComparingTo("-19.80");
    assertRefused(Code.INVALID, () -> returns.add(add("TEA", 1, "1")), "no return cart");
  }

  @Test
  void shouldTellItsContents() throws Refusal {
    cart.apply(cart.add(add("TEA", 2, "2.10")));
    cart.apply(cart.add(add("TEA", 1, "2.1")));

    CartContents contents = cart.contents();

    assertThat(contents.lines())
        .containsExactly(new CartContents.Line("TEA", 3, new BigDecimal("2.1")));
    assertThat(contents.summary())
        .isEqualTo(new CartSummary(ID, CUSTOMER, "France", false, 1, 3, new BigDecimal("6.3")));
  }

  private static void assertRefused(Code code, ThrowingCallable command, String reason) {
    Refusal refusal = catchThrowableOfType(Refusal.class, command);
    assertThat(refusal).as("a refusal").isNotNull();
    assertThat(refusal.code()).isEqualTo(code);
    assertThat(refusal.reason()).contains(reason).contains("expected: ");
  }

  private static AddProductToCart add(String product, Integer quantity, String unitPrice) {
    return new AddProductToCart(
        ID, CUSTOMER, "France", product, "", quantity, new BigDecimal(unitPrice));
  }

  private static RemoveProductFromCart remove(String product, Integer quantity, String unitPrice) {
    return new RemoveProductFromCart(
        ID, CUSTOMER, "France", product, "", quantity, new BigDecimal(unitPrice));
  }

  private static CheckOutCart checkOut(String customer) {
    return new CheckOutCart(ID, customer);
  }
}
