package io.parley.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.SeededRandom;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TypePatternTest {
  @ParameterizedTest
  @CsvSource({
    "shop.cart.ProductAddedToCart, shop.cart.ProductAddedToCart",
    "shop.cart.*,                  shop.cart.CartCheckedOut",
    "shop.*.CartCheckedOut,        shop.cart.CartCheckedOut",
    "*.cart.*,                     shop.cart.CartCheckedOut",
    "*,                            shop",
    "shop.>,                       shop.cart",
    "shop.>,                       shop.cart.CartCheckedOut",
    "shop.*.>,                     shop.cart.CartCheckedOut",
    ">,                            shop",
    ">,                            shop.cart.CartCheckedOut",
  })
  void shouldMatch(String pattern, String type) {
    assertThat(new TypePattern(pattern).matches(type)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "shop.cart.ProductAddedToCart, shop.cart.ProductAdded",
    "shop.cart.ProductAdded,       shop.cart.ProductAddedToCart",
    "shop.cart.*,                  shop.cart",
    "shop.cart.*,                  shop.cart.",
    "shop.cart.*,                  shop.cart.a.b",
    "shop.cart.*,                  shopping.cart.a",
    "shop.*.CartCheckedOut,        shop.CartCheckedOut",
    "*,                            shop.cart",
    "*.cart,                       .cart",
    "shop.>,                       shop",
    "shop.>,                       shop.",
    "shop.>,                       shopping.cart",
    "shop.*.>,                     shop.cart",
  })
  void shouldNotMatch(String pattern, String type) {
    assertThat(new TypePattern(pattern).matches(type)).isFalse();
  }

  @Test
  void shouldMatchAsARegularExpressionDoes() {
    SeededRandom.forSeeds(
        TypePatternTest.class,
        2_000,
        random -> {
          String pattern = randomPattern(random);
          String type = randomType(random);
          String regex =
              pattern.replace(".", "\\.").replace("*", "[^.]+").replace(">", "[^.]+(\\.[^.]+)*");
          assertThat(new TypePattern(pattern).matches(type))
              .as("%s matches %s", pattern, type)
              .isEqualTo(Pattern.matches(regex, type));
        });
  }

  private static String randomPattern(Random random) {
    int segments = 1 + random.nextInt(4);
    StringBuilder pattern = new StringBuilder();
    for (int i = 0; i < segments; i++) {
      String[] choices = {"a", "b", "ab", "*", i == segments - 1 ? ">" : "a"};
      pattern.append(i == 0 ? "" : ".").append(choices[random.nextInt(choices.length)]);
    }
    return pattern.toString();
  }

  private static String randomType(Random random) {
    String[] choices = {"a", "b", "ab"};
    StringBuilder type = new StringBuilder(choices[random.nextInt(3)]);
    for (int i = random.nextInt(4); i > 0; i--) {
      type.append('.').append(choices[random.nextInt(3)]);
    }
    return type.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "shop.>.cart, '''>'' at position 6 (expected: ''>'' only as last segment)'",
    "shop.ca*,    '''*'' at position 8 (expected: a wildcard alone between dots)'",
    "shop.*art,   '''*'' at position 6 (expected: a wildcard alone between dots)'",
    "shop.**,     '''*'' at position 6 (expected: a wildcard alone between dots)'",
    "a>,          '''>'' at position 2 (expected: a wildcard alone between dots)'",
    "shop.a b.*,  ''' '' at position 7 (expected: only A-Z a-z 0-9 . _ - and wildcards)'",
  })
  void shouldRefuseAWildcardOrCharacterOutOfPlaceNamingIt(String pattern, String expected) {
    assertThatThrownBy(() -> new TypePattern(pattern))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("type pattern: '" + pattern + "' has " + expected);
  }

  @Test
  void shouldAcceptOneToTwoHundredCharacters() {
    assertThat(new TypePattern("n".repeat(198) + ".*").text()).hasSize(200);
    assertThatThrownBy(() -> new TypePattern("n".repeat(199) + ".*"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("type pattern: 201 characters ('nnnnnnnnnnnnnnnnnnnn…') (expected: 1 to 200)");
    assertThatThrownBy(() -> new TypePattern(""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("type pattern: 0 characters (expected: 1 to 200)");
  }

  @Test
  void shouldKnowWhetherItHasAWildcard() {
    assertThat(new TypePattern("shop.cart").isWildcard()).isFalse();
    assertThat(new TypePattern("shop.*").isWildcard()).isTrue();
    assertThat(new TypePattern(">").isWildcard()).isTrue();
  }
}
