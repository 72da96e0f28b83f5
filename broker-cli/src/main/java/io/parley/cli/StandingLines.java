package io.parley.cli;

import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Text;
import org.jspecify.annotations.Nullable;

/** Says in a sentence why a message is where it is; the admin API gives a word and numbers. */
final class StandingLines {
  private StandingLines() {}

  /** Why it is there. */
  static String why(JsonObject place) {
    return switch (place.text("reason")) {
      case "READY" -> "waits" + nth(place) + "; consumers are taking what is before it";
      case "NO_CONSUMER" -> "waits" + nth(place) + ": nobody consumes";
      case "NO_CREDIT" -> "waits" + nth(place) + ": no consumer asked for more than it has";
      case "NOT_READING" -> "waits" + nth(place) + ": consumers don't read what is sent to them";
      case "UNOWNED" -> "waits" + nth(place) + " for a service that owns its type";
      case "MOVING" -> "waits to be moved to the queue of its type's owner";
      case "BEHIND_KEY" -> "waits behind #" + place.number("behind") + ", which has the same key";
      case "LEASED" -> leased(place);
      case "DELAYED" -> "is to be handled later, at " + time(place, "until");
      case "RETRY" ->
          "waits until " + time(place, "until") + " for its next attempt" + failed(place);
      case "DEAD_LETTERED" -> "was set aside" + at(place) + failed(place);
      case "SETTLED" -> "has no copy any more: it was settled";
      case "SUBSCRIBED_LATER" -> "never had a copy: it was made after the event";
      default -> place.text("reason"); // of a newer broker
    };
  }

  private static String nth(JsonObject place) {
    return place.textOrNull("ahead") == null
        ? ""
        : ", " + Text.count(place.number("ahead")) + " before it";
  }

  private static String leased(JsonObject place) {
    String holder = place.text("holder");
    return "is leased"
        + (holder.isEmpty() ? "" : " by " + holder)
        + " until "
        + time(place, "until")
        + (place.isTrue("started") ? ", being handled, " : ", not begun yet, ")
        + attempt(place.number("failures") + 1, place)
        + failed(place);
  }

  private static String failed(JsonObject place) {
    String errorClass = place.text("errorClass");
    return errorClass.isEmpty()
        ? ""
        : "; attempt "
            + of(place.number("failures"), place)
            + " failed: "
            + errorClass
            + ": "
            + Text.printable(place.text("errorMessage"));
  }

  private static String attempt(long number, JsonObject place) {
    return "attempt " + of(number, place);
  }

  private static String of(long number, JsonObject place) {
    return number + " of " + place.number("maxAttempts");
  }

  private static String at(JsonObject place) {
    return place.textOrNull("failedAt") == null ? "" : " at " + time(place, "failedAt");
  }

  private static String time(JsonObject place, String field) {
    @Nullable String iso = place.textOrNull(field);
    return iso == null ? "-" : Text.time(iso) + " UTC";
  }
}
