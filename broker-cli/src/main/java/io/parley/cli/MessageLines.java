package io.parley.cli;

import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A message as the admin API or {@link DeliveryJson} tells it, over a few lines. */
final class MessageLines {
  private static final String INDENT = "    ";

  private MessageLines() {}

  /**
   * The lines: what it is, how it stands, its headers if any, its body.
   *
   * @param width where lines that may be long are cut
   */
  static List<String> of(JsonObject message, int width) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "#" + message.number("sequence") + "  " + message.text("type") + "  " + message.text("id"));
    lines.add(cut(standing(message), width));
    JsonObject headers = message.objectOrNull("headers");
    if (headers != null && !headers.fields().isEmpty()) {
      lines.add(cut(headers(headers), width));
    }
    String errorClass = message.textOrNull("errorClass");
    if (errorClass != null) {
      String why = message.textOrNull("message");
      lines.add(cut(errorClass + (why == null || why.isEmpty() ? "" : ": " + why), width));
    }
    lines.add(body(message, width));
    return lines;
  }

  private static String standing(JsonObject message) {
    StringBuilder text = new StringBuilder();
    String state = message.textOrNull("state");
    if (state == null) {
      text.append("attempt ").append(message.number("attempt"));
    } else {
      text.append(state).append(", ").append(Text.counted(message.number("attempts"), "attempt"));
    }
    text.append(", stored ").append(Text.time(message.text("storedAt")));
    String deadAt = message.textOrNull("deadAt");
    if (deadAt != null) {
      text.append(", dead ").append(Text.time(deadAt));
    }
    String key = message.textOrNull("key");
    if (key != null) {
      text.append(", key ").append(key);
    }
    return text.toString();
  }

  private static String headers(JsonObject headers) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, ?> header : headers.fields().entrySet()) {
      text.append(text.length() == 0 ? "" : ", ");
      text.append(header.getKey()).append('=').append(header.getValue());
    }
    return text.toString();
  }

  private static String body(JsonObject message, int width) {
    long size = message.number("size");
    String body = message.textOrNull("body");
    if (body != null && !body.isEmpty()) {
      return width == Integer.MAX_VALUE ? body.indent(4).stripTrailing() : cut(body, width);
    }
    String contentType = message.textOrNull("contentType");
    return INDENT
        + (size == 0 ? "no body" : Text.bytes(size) + " that are no text")
        + (contentType == null ? "" : " (" + contentType + ")");
  }

  private static String cut(String text, int width) {
    return INDENT + Text.cut(Text.printable(text), width - INDENT.length());
  }
}
