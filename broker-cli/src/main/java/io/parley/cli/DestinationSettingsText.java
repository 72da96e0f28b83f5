package io.parley.cli;

import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Text;
import java.util.ArrayList;
import java.util.List;

/** What is set for a queue or subscription, for people. */
final class DestinationSettingsText {
  private DestinationSettingsText() {}

  /** Of an answer that has {@code paused}, {@code outageSince} and {@code settings}. */
  static String of(JsonObject condition) {
    List<String> texts = new ArrayList<>();
    condition
        .object("settings")
        .fields()
        .forEach(
            (name, value) ->
                texts.add(
                    name.endsWith("Ms")
                        ? words(name.substring(0, name.length() - 2)) + " " + value + " ms"
                        : words(name) + " " + value));
    return texts.isEmpty() ? "nothing, it goes by the broker's settings" : String.join(", ", texts);
  }

  /** {@code backOffMin} as {@code back-off-min}. */
  private static String words(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
  }

  /** Whether it hands out messages as usual. */
  static String state(JsonObject condition) {
    if (condition.isTrue("paused")) {
      return "paused";
    }
    String full = condition.textOrNull("overQuotaSince");
    if (full != null) {
      return "over its quota since "
          + full
          + ": gets no more until there is room, "
          + missed(condition);
    }
    String outage = condition.textOrNull("outageSince");
    return outage == null
        ? "handing out" + (condition.number("missed") == 0 ? "" : ", " + missed(condition))
        : "outage since " + outage + ": one message at a time is tried";
  }

  private static String missed(JsonObject condition) {
    return Text.counted(condition.number("missed"), "event") + " missed so far";
  }
}
