package io.parley.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.Payload;
import org.junit.jupiter.api.Test;

class PayloadCodecTest {
  private final PayloadCodec codec = PayloadCodec.standard();
  private final PayloadCodec withoutJackson = new StandardPayloadCodec(null);

  record Product(String code, int quantity) {}

  @Test
  void shouldSendBytesAsTheyAre() {
    byte[] bytes = {1, 2, 3};

    Payload payload = withoutJackson.encode(bytes);

    assertThat(payload.contentType()).isNull();
    assertThat(withoutJackson.decode(payload, byte[].class)).isSameAs(bytes);
  }

  @Test
  void shouldSendTextAsUtf8() {
    Payload payload = withoutJackson.encode("Käse");

    assertThat(payload.contentType()).isEqualTo("text/plain; charset=utf-8");
    assertThat(payload.bytes()).isEqualTo("Käse".getBytes(UTF_8));
    assertThat(withoutJackson.decode(payload, String.class)).isEqualTo("Käse");
  }

  @Test
  void shouldSendAPayloadWithItsOwnMediaType() {
    Payload payload = new Payload("text/csv", "a,b".getBytes(UTF_8));

    assertThat(codec.encode(payload)).isSameAs(payload);
    assertThat(codec.decode(payload, Payload.class)).isSameAs(payload);
  }

  @Test
  void shouldSendRecordsAsJson() {
    Payload payload = codec.encode(new Product("85123A", 6));

    assertThat(payload.contentType()).isEqualTo("application/json");
    assertThat(new String(payload.bytes(), UTF_8))
        .isEqualTo("{\"code\":\"85123A\",\"quantity\":6}");
    assertThat(codec.decode(payload, Product.class)).isEqualTo(new Product("85123A", 6));
  }

  @Test
  void shouldIgnoreFieldsThatANewerSenderAdded() {
    Payload payload = json("{\"code\":\"22752\",\"quantity\":2,\"price\":7.65}");

    assertThat(codec.decode(payload, Product.class)).isEqualTo(new Product("22752", 2));
  }

  @Test
  void shouldSayWhatCannotBeRead() {
    assertThatThrownBy(() -> codec.decode(json("{\"code\":"), Product.class))
        .isInstanceOfSatisfying(
            ParleyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
        .hasMessageContaining("Product can't be read from these 8 bytes");
    assertThatThrownBy(() -> codec.decode(json("null"), Product.class))
        .hasMessageContaining("payload: null (expected: JSON of a ");
  }

  @Test
  void shouldSayWhatToAddForJsonWithoutJackson() {
    assertThatThrownBy(() -> withoutJackson.encode(new Product("22752", 2)))
        .isInstanceOf(ParleyException.class)
        .hasMessageContaining("PayloadCodecTest$Product")
        .hasMessageContaining("com.fasterxml.jackson.core:jackson-databind");
  }

  private static Payload json(String text) {
    return new Payload("application/json", text.getBytes(UTF_8));
  }
}
