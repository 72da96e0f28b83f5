package io.parley.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Reads and writes JSON. */
final class Json {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .build();

  private Json() {}

  /** Writes the inside of an object. */
  @FunctionalInterface
  interface Fields {
    void writeTo(JsonGenerator json) throws IOException;
  }

  /** The body that is one object. */
  static Answer.Body object(Fields fields) {
    return out -> {
      try (JsonGenerator json = MAPPER.createGenerator(out)) {
        json.writeStartObject();
        fields.writeTo(json);
        json.writeEndObject();
        json.writeRaw('\n');
      }
    };
  }

  /**
   * Reads a body that is one object of strings.
   *
   * @param known names it may have
   * @return the fields that are there and not null
   * @throws ParleyException INVALID_ARGUMENT saying what is wrong with it
   */
  static Map<String, String> readStrings(byte[] body, Set<String> known) {
    return read(body, known, Set.of()).strings;
  }

  /**
   * What a body has that is one object of strings and of lists of strings.
   *
   * @param strings the fields that are there and not null
   * @param lists likewise
   */
  record Read(Map<String, String> strings, Map<String, List<String>> lists) {}

  /** As {@link #readStrings}, with lists of strings besides. */
  static Read read(byte[] body, Set<String> strings, Set<String> lists) {
    Set<String> known = new TreeSet<>(strings);
    known.addAll(lists);
    JsonNode root;
    try {
      root = MAPPER.readTree(body);
    } catch (JsonProcessingException e) {
      throw Call.invalid("body", e.getOriginalMessage(), "a JSON object with " + list(known), e);
    } catch (IOException e) {
      // What begins like UTF-16 or UTF-32 is read as that, and fails as if it were a broken file.
      throw Call.invalid("body", String.valueOf(e.getMessage()), "a JSON object in UTF-8", e);
    }
    if (!root.isObject()) {
      throw new ParleyException(
          ErrorCode.INVALID_ARGUMENT,
          "body: no JSON object (expected: an object with " + list(known) + ")");
    }
    Read read = new Read(new HashMap<>(), new HashMap<>());
    Iterator<Map.Entry<String, JsonNode>> fields = root.fields();
    while (fields.hasNext()) {
      Map.Entry<String, JsonNode> field = fields.next();
      String name = field.getKey();
      if (!known.contains(name)) {
        throw Call.invalid("field", name, list(known), null);
      }
      JsonNode value = field.getValue();
      if (lists.contains(name)) {
        read.lists.put(name, list(name, value));
      } else if (value.isTextual()) {
        read.strings.put(name, value.textValue());
      } else if (!value.isNull()) {
        throw Call.invalid(name, value.toString(), "a string", null);
      }
    }
    return read;
  }

  private static List<String> list(String name, JsonNode value) {
    List<String> list = new ArrayList<>();
    for (JsonNode item : value) {
      if (item.isTextual()) {
        list.add(item.textValue());
      }
    }
    if (!value.isArray() || list.size() != value.size()) {
      throw Call.invalid(name, value.toString(), "a list of strings", null);
    }
    return list;
  }

  private static String list(Set<String> names) {
    return String.join(", ", new TreeSet<>(names));
  }
}
