package io.parley.server.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TypeUsesTest {
  private static final int SENDS = 0;

  @Test
  void shouldKnowWhenAServiceWasSeenFirstAndLast() {
    TypeUses uses = new TypeUses(1_000);

    uses.seen("cart", "shop.Add", SENDS, 2_000);
    uses.seen("cart", "shop.Add", SENDS, 4_000);
    uses.seen("cart", "shop.Add", SENDS, 3_000);
    uses.seen("web", "shop.Add", SENDS, 5_000);

    assertThat(uses.of("shop.Add"))
        .containsExactly(
            new TypeUses.Use("cart", SENDS, 2_000, 4_000),
            new TypeUses.Use("web", SENDS, 5_000, 5_000));
    assertThat(uses.of("shop.Remove")).isEmpty();
  }

  @Test
  void shouldTakeAsManyAsTheLimitSaysAndCountTheRest() {
    TypeUses uses = new TypeUses(0, 2);

    uses.seen("cart", "a", SENDS, 1);
    uses.seen("cart", "b", SENDS, 2);
    uses.seen("cart", "c", SENDS, 3);
    uses.seen("cart", "c", SENDS, 4);
    uses.seen("cart", "a", SENDS, 5);

    assertThat(uses.lost()).isEqualTo(2);
    assertThat(uses.of("c")).isEmpty();
    assertThat(uses.of("a")).containsExactly(new TypeUses.Use("cart", SENDS, 1, 5));
  }
}
