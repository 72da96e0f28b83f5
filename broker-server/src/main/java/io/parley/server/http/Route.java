package io.parley.server.http;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A method and path, and what answers it.
 *
 * @param method {@code GET}, which answers HEAD too, or {@code POST}
 * @param template the path, with its variable segments in braces
 * @param parameters names the query may have
 * @param handler makes the answer; never blocks; a refusal is a {@link
 *     io.parley.protocol.ParleyException}, thrown or in the stage
 */
record Route(String method, String template, Set<String> parameters, Handler handler) {

  /** Makes an answer. */
  @FunctionalInterface
  interface Handler {
    CompletionStage<Answer> answer(Call call);
  }

  Route(String method, String template, Handler handler) {
    this(method, template, Set.of(), handler);
  }

  /**
   * The variable segments of a path, by name, if it is one of this route's.
   *
   * @param segments the path's, decoded
   */
  @Nullable Map<String, String> match(List<String> segments) {
    String[] expected = template.substring(1).split("/", -1);
    if (expected.length != segments.size()) {
      return null;
    }
    Map<String, String> parts = new HashMap<>();
    for (int i = 0; i < expected.length; i++) {
      String segment = segments.get(i);
      if (expected[i].startsWith("{")) {
        parts.put(expected[i].substring(1, expected[i].length() - 1), segment);
      } else if (!expected[i].equals(segment)) {
        return null;
      }
    }
    return parts;
  }
}
