package io.parley.cli.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object somebody else wrote. A getter without {@code OrNull} fails with a {@link Problem}
 * that names the field, since its writer is of another version then.
 *
 * @param fields name to text, number, boolean, list, map or null
 */
public record JsonObject(Map<String, @Nullable Object> fields) {

  /** A text, or null where it is absent. */
  public @Nullable String textOrNull(String name) {
    Object value = fields.get(name);
    return value == null ? null : value.toString();
  }

  /** A text. */
  public String text(String name) {
    return required(name, textOrNull(name), "a text");
  }

  /** A whole number. */
  public long number(String name) {
    return required(name, fields.get(name) instanceof Number n ? n : null, "a number").longValue();
  }

  /** Whether the field is true. */
  public boolean isTrue(String name) {
    return Boolean.TRUE.equals(fields.get(name));
  }

  /** A list of texts; empty where it is absent. */
  public List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    if (fields.get(name) instanceof List<?> values) {
      values.forEach(value -> texts.add(String.valueOf(value)));
    }
    return texts;
  }

  /** A list of objects. */
  public List<JsonObject> objects(String name) {
    List<?> values = required(name, fields.get(name) instanceof List<?> l ? l : null, "a list");
    List<JsonObject> objects = new ArrayList<>();
    for (Object value : values) {
      objects.add(required(name, asObject(value), "a list of objects"));
    }
    return objects;
  }

  /** An object. */
  public JsonObject object(String name) {
    return required(name, objectOrNull(name), "an object");
  }

  /** An object, or null where it is absent. */
  public @Nullable JsonObject objectOrNull(String name) {
    return asObject(fields.get(name));
  }

  @SuppressWarnings("unchecked") // Json makes every map with texts as keys
  private static @Nullable JsonObject asObject(@Nullable Object value) {
    return value instanceof Map<?, ?> map
        ? new JsonObject((Map<String, @Nullable Object>) map)
        : null;
  }

  private <T> T required(String name, @Nullable T value, String expected) {
    if (value == null) {
      throw new Problem(
          ExitCode.PROTOCOL,
          "UNEXPECTED_ANSWER",
          "the answer's field '"
              + name
              + "': "
              + fields.get(name)
              + " (expected: "
              + expected
              + ")",
          "Use the parley command of the broker's version.");
    }
    return value;
  }
}
