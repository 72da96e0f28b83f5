package io.parley.cli.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @Test
  void shouldWriteWhatItReads() throws IOException {
    String text = "{\"a\":[1,2.5,null,true,\"x\\n\"],\"b\":{\"c\":{}},\"d\":9223372036854775807}";

    assertThat(Json.compact(read(text))).isEqualTo(text);
  }

  @Test
  void shouldIndentByTwo() {
    Map<String, Object> value = new LinkedHashMap<>();
    value.put("a", List.of(1, 2));
    value.put("b", Arrays.asList((Object) null));

    assertThat(Json.pretty(value))
        .isEqualTo(
            """
            {
              "a" : [
                1,
                2
              ],
              "b" : [
                null
              ]
            }""");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "1", "{", "{\"a\":}", "<html>"})
  void shouldRefuseWhatIsNoObject(String text) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(IOException.class);
  }

  @Test
  void shouldKnowJsonFromText() {
    assertThat(Json.isJson("{\"a\":1}".getBytes(UTF_8))).isTrue();
    assertThat(Json.isJson(" [1, 2] ".getBytes(UTF_8))).isTrue();
    assertThat(Json.isJson("{a:1}".getBytes(UTF_8))).isFalse();
    assertThat(Json.isJson("[1] and more".getBytes(UTF_8))).isFalse();
    assertThat(Json.isJson("42".getBytes(UTF_8))).isFalse();
  }

  private static JsonObject read(String text) throws IOException {
    return Json.readObject(new ByteArrayInputStream(text.getBytes(UTF_8)));
  }
}
