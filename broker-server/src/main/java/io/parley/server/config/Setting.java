package io.parley.server.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A key as somebody set it.
 *
 * @param key its name
 * @param source where, to begin an error with
 * @param text the value as written; null where it is a map
 * @param entries the value where it is a map
 */
record Setting(String key, String source, @Nullable String text, Map<String, String> entries) {

  static Setting ofText(String key, String source, String text) {
    return new Setting(key, source, text, Map.of());
  }

  static Setting ofMap(String key, String source, Map<String, String> entries) {
    return new Setting(key, source, null, entries);
  }
}
