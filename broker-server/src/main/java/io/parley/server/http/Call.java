package io.parley.server.http;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request as a route sees it: what it varies by, decoded.
 *
 * @param path the variable parts of the path, by name
 * @param parameters the query's parameters, by name
 * @param body as it came
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Call(Map<String, String> path, Map<String, String> parameters, byte[] body) {

  /** A variable part of the path, which every path of the route has. */
  String part(String name) {
    return Objects.requireNonNull(path.get(name), name);
  }

  @Nullable String parameter(String name) {
    return parameters.get(name);
  }

  int number(String name, int defaultValue, int min, int max) {
    String text = parameters.get(name);
    if (text == null) {
      return defaultValue;
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw invalid(name, text, min + " to " + max, e);
    }
    throw invalid(name, text, min + " to " + max, null);
  }

  static MessageId id(String name, String text) {
    try {
      return MessageId.parse(text);
    } catch (IllegalArgumentException e) {
      throw invalid(name, text, "a message id such as 0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", e);
    }
  }

  static ParleyException invalid(
      String name, String value, String expected, @Nullable Throwable cause) {
    ParleyException refused =
        new ParleyException(
            ErrorCode.INVALID_ARGUMENT, name + ": '" + value + "' (expected: " + expected + ")");
    if (cause != null) {
      refused.initCause(cause);
    }
    return refused;
  }
}
