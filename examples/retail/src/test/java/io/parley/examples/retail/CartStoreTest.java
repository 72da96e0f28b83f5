package io.parley.examples.retail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.examples.retail.CartCommand.AddProductToCart;
import io.parley.examples.retail.CartCommand.CheckOutCart;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

class CartStoreTest {
  private static final MessageId FIRST = new MessageId(1, 1);
  private static final MessageId SECOND = new MessageId(1, 2);

  private final CartStore carts = new CartStore();

  @Test
  void shouldDecideAgainAsBeforeWithoutChangingTheCartAgain() throws Refusal {
    CartEvent once = add("1", FIRST, 1);
    CartEvent again = add("1", FIRST, 2);

    assertThat(again).isEqualTo(once);
    assertThat(carts.get("1").orElseThrow().summary().units()).isEqualTo(6);
    assertThat(carts.decided()).isEqualTo(1);
    assertThat(carts.repeated()).isEqualTo(1);
  }

  @Test
  void shouldRefuseAgainWhatItRefusedEvenIfItWereAllowedNow() throws Refusal {
    assertThatThrownBy(() -> checkOut("1", FIRST, 1)).isInstanceOf(Refusal.class);
    assertThatThrownBy(() -> checkOut("1", FIRST, 2)).isInstanceOf(Refusal.class);
    add("1", SECOND, 3);

    assertThat(carts.repeated()).isEqualTo(1);
    assertThat(carts.decided()).isEqualTo(2);
  }

  @Test
  void shouldFenceOffAHolderWhoseLeaseIsFromBefore() throws Refusal {
    add("1", FIRST, 1);
    add("1", FIRST, 7);

    assertThatThrownBy(() -> add("1", SECOND, 6))
        .isInstanceOfSatisfying(
            ParleyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LEASE_LOST));
    assertThat(carts.get("1").orElseThrow().summary().units()).isEqualTo(6);
    assertThat(carts.fenced()).isEqualTo(1);
  }

  @Test
  void shouldFenceOneCartRegardlessOfAnother() throws Refusal {
    add("1", FIRST, 9);
    add("2", SECOND, 3);

    assertThat(carts.decided()).isEqualTo(2);
  }

  @Test
  void shouldRememberNothingOfACommandWithoutAUsableCart() {
    assertThatThrownBy(() -> add("", FIRST, 1)).isInstanceOf(Refusal.class);

    assertThat(carts.decided()).isEqualTo(1);
    assertThat(carts.count("")).isZero();
  }

  @Test
  void shouldFindCartsOfACountryPageByPage() throws Refusal {
    for (int i = 0; i < 25; i++) {
      add("F" + (char) ('a' + i), new MessageId(2, i), 1);
    }
    assertThatThrownBy(() -> checkOut("Fz", FIRST, 1)).isInstanceOf(Refusal.class);

    assertThat(carts.count("France")).isEqualTo(25);
    assertThat(carts.count("")).isEqualTo(25);
    assertThat(carts.count("Spain")).isZero();
    assertThat(carts.find("France", 1, 10))
        .hasSize(10)
        .first()
        .extracting(CartSummary::cart)
        .isEqualTo("Fk");
    assertThat(carts.find("France", 2, 10)).hasSize(5);
    assertThat(carts.find("", Integer.MAX_VALUE, 100)).isEmpty();
  }

  @Test
  void shouldKnowNoCartThatWasNeverOpened() {
    assertThatThrownBy(() -> checkOut("1", FIRST, 1)).isInstanceOf(Refusal.class);

    assertThat(carts.get("1")).isEmpty();
    assertThat(carts.get("2")).isEmpty();
  }

  private CartEvent add(String cart, MessageId id, long epoch) throws Refusal {
    AddProductToCart command =
        new AddProductToCart(cart, "17850", "France", "TEA", "", 6, BigDecimal.ONE);
    return carts.change(id, epoch, cart, row -> row.add(command));
  }

  private CartEvent checkOut(String cart, MessageId id, long epoch) throws Refusal {
    CheckOutCart command = new CheckOutCart(cart, "17850");
    return carts.change(id, epoch, cart, row -> row.checkOut(command));
  }
}
