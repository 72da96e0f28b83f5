package io.parley.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one error code.
 *
 * @param number its number on the wire; null where it has none
 * @param group the heading it stands under
 * @param means what has happened
 * @param probably what was wrong
 * @param todo what to do about it
 * @param again whether the same may succeed later: starts with yes or no
 * @param example a message as it comes with this code
 */
record ErrorPage(
    String code,
    @Nullable Integer number,
    String group,
    String means,
    String probably,
    String todo,
    String again,
    String example) {

  boolean mayBeTriedAgain() {
    return again.startsWith("yes");
  }

  /** The first sentence of what it means. */
  String summary() {
    int end = means.indexOf(". ");
    return end < 0 ? means : means.substring(0, end + 1);
  }

  /** As {@code -o json} shows it. */
  Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("code", code);
    json.put("number", number);
    json.put("group", group);
    json.put("means", means);
    json.put("probably", probably);
    json.put("do", todo);
    json.put("again", again);
    json.put("example", example);
    return json;
  }
}
