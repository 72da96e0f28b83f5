package io.parley.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.SeededRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageIdTest {
  private static final MessageId PARENT = MessageId.parse("01933a80-7c00-7000-8000-0000000000a1");

  @Test
  void shouldReadWhatItWrites() {
    SeededRandom.forSeeds(
        MessageIdTest.class,
        500,
        random -> {
          MessageId id = new MessageId(random.nextLong(), random.nextLong());
          assertThat(MessageId.parse(id.toString())).isEqualTo(id);
        });
    assertThat(PARENT.high()).isEqualTo(0x01933a807c007000L);
    assertThat(PARENT.low()).isEqualTo(0x80000000000000a1L);
  }

  @Test
  void shouldReadCapitalsToo() {
    assertThat(MessageId.parse("01933A80-7C00-7000-8000-0000000000A1")).isEqualTo(PARENT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no id",
        "1-1-1-1-1",
        "01933a807c0070008000000000000000a1",
        "01933a80-7c00-7000-8000-0000000000a",
        "01933a80-7c00-7000-8000-0000000000a10",
        "01933a80-7c00-7000-8000-0000000000g1",
        "01933a80-7c00-7000-80000-000000000a1",
        " 01933a80-7c00-7000-8000-0000000000a1",
        "{1933a80-7c00-7000-8000-0000000000a1}",
        "----",
      })
  void shouldRefuseWhatIsNoUuidNamingIt(String text) {
    assertThatThrownBy(() -> MessageId.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("message id: '" + text + "' (expected: a UUID, 8-4-4-4-12 hexadecimal digits)");
  }

  /** Computed with another implementation of SHA-1. */
  @ParameterizedTest
  @CsvSource({
    "0, bfe1418e-7818-54cc-8442-4fd17a1a2cd8",
    "1, db67de7f-40bf-56db-8fd6-0fdb8d559a94",
    "-1, 9be6390d-9248-5c0e-ae28-a1a662ca5cf0",
  })
  void shouldDeriveTheIdsThatOtherImplementationsDerive(int ordinal, String expected) {
    assertThat(PARENT.child(ordinal)).hasToString(expected);
  }

  @Test
  void shouldDeriveNameBasedUuids() {
    SeededRandom.forSeeds(
        MessageIdTest.class,
        200,
        random -> {
          MessageId child =
              new MessageId(random.nextLong(), random.nextLong()).child(random.nextInt());
          UUID uuid = UUID.fromString(child.toString());
          assertThat(uuid.version()).isEqualTo(5);
          assertThat(uuid.variant()).isEqualTo(2);
        });
  }

  @Test
  void shouldOrderIdsAsTheirTextsAreOrdered() {
    SeededRandom.forSeeds(
        MessageIdTest.class,
        500,
        random -> {
          long high = random.nextLong();
          MessageId one = new MessageId(high, random.nextLong());
          MessageId two =
              new MessageId(random.nextBoolean() ? high : random.nextLong(), random.nextLong());
          assertThat(Integer.signum(one.compareTo(two)))
              .isEqualTo(Integer.signum(one.toString().compareTo(two.toString())));
        });
  }
}
