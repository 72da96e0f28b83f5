package io.parley.cli;

import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The messages of a conversation as a tree.
 *
 * <pre>
 * command shop.cart.CheckOutCart COMPLETED  0193…
 * └─ event shop.cart.CartCheckedOut  0193…
 *    ├─ inbox billing: settled
 *    ├─ query shop.cart.GetCart 200 in 0.8 ms  0193…
 *    └─ command billing.SendInvoice REJECTED (INVALID)  0193…
 * </pre>
 */
final class TraceTree {
  private final Map<String, JsonObject> byId = new LinkedHashMap<>();
  private final Map<String, List<JsonObject>> children = new LinkedHashMap<>();
  private final List<String> lines = new ArrayList<>();

  /** Of messages in the order in which they were stored. */
  TraceTree(List<JsonObject> messages) {
    messages.forEach(message -> byId.put(message.text("id"), message));
    for (JsonObject message : messages) {
      String cause = message.textOrNull("causationId");
      if (cause == null) {
        continue;
      }
      children.computeIfAbsent(cause, id -> new ArrayList<>()).add(message);
    }
  }

  List<String> lines() {
    for (JsonObject message : byId.values()) {
      String cause = message.textOrNull("causationId");
      if (cause == null) {
        add(message, "", "");
      }
    }
    for (Map.Entry<String, List<JsonObject>> caused : children.entrySet()) {
      if (!byId.containsKey(caused.getKey())) {
        lines.add("(a message of which nothing is known)  " + caused.getKey());
        addAll(caused.getValue(), List.of(), "");
      }
    }
    return lines;
  }

  private void add(JsonObject message, String before, String below) {
    lines.add(before + title(message));
    addAll(children.getOrDefault(message.text("id"), List.of()), placesOf(message), below);
  }

  private void addAll(List<JsonObject> caused, List<String> places, String below) {
    for (int i = 0; i < places.size(); i++) {
      boolean last = i == places.size() - 1 && caused.isEmpty();
      lines.add(below + (last ? "└─ " : "├─ ") + places.get(i));
    }
    for (int i = 0; i < caused.size(); i++) {
      boolean last = i == caused.size() - 1;
      add(caused.get(i), below + (last ? "└─ " : "├─ "), below + (last ? "   " : "│  "));
    }
  }

  private static String title(JsonObject message) {
    return message.text("kind")
        + " "
        + Text.printable(message.text("type"))
        + ending(message)
        + "  "
        + message.text("id");
  }

  /** How it ended, if it did. */
  private static String ending(JsonObject message) {
    if (message.text("kind").equals("query")) {
      double tookMs = message.number("tookMicros") / 1_000.0;
      return String.format(Locale.ROOT, " %s in %.1f ms", message.text("result"), tookMs);
    }
    JsonObject state = message.objectOrNull("state");
    if (state == null) {
      return "";
    }
    JsonObject outcome = state.objectOrNull("outcome");
    if (outcome != null) {
      String code = outcome.text("code");
      return " " + outcome.text("status") + (code.isEmpty() ? "" : " (" + code + ")");
    }
    boolean isEvent = message.text("kind").equals("event");
    return switch (state.text("status")) {
      case "SETTLED", "SETTLED_LATELY" -> isEvent ? " handled by all" : " handled";
      case "UNKNOWN" -> isEvent ? " handled by all, or nobody's" : " handled";
      default -> "";
    };
  }

  private static List<String> placesOf(JsonObject message) {
    List<String> places = new ArrayList<>();
    JsonObject state = message.objectOrNull("state");
    if (state != null) {
      for (JsonObject place : state.objects("places")) {
        places.add(
            ExplainCommand.where(place)
                + " "
                + place.text("reason").toLowerCase(Locale.ROOT).replace('_', ' '));
      }
    }
    return places;
  }
}
