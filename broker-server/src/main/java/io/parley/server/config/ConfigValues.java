package io.parley.server.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** The values of the keys, but of those that were set to something unusable. */
final class ConfigValues {
  private final Map<String, Setting> settings;
  private final Map<String, Object> values = new HashMap<>();

  private ConfigValues(Map<String, Setting> settings) {
    this.settings = settings;
  }

  /**
   * Parses what was set and takes the default for what was not.
   *
   * @param settings by key
   * @param problems told of each unusable value
   */
  static ConfigValues parse(Map<String, Setting> settings, Consumer<String> problems) {
    ConfigValues values = new ConfigValues(settings);
    for (ConfigKey<?> key : ConfigKeys.ALL) {
      values.parse(key, problems);
    }
    return values;
  }

  private <T> void parse(ConfigKey<T> key, Consumer<String> problems) {
    Setting setting = settings.get(key.name());
    if (setting == null) {
      values.put(key.name(), key.defaultValue());
      return;
    }
    try {
      values.put(key.name(), key.type().parse(setting));
    } catch (IllegalArgumentException e) {
      boolean isShown = !key.secret() && setting.text() != null;
      problems.accept(
          setting.source()
              + ": "
              + (isShown ? "'" + setting.text() + "'" : e.getMessage())
              + " (expected: "
              + key.type().expected()
              + ")");
    }
  }

  /** Whether all of these keys have a value. */
  boolean has(ConfigKey<?>... keys) {
    for (ConfigKey<?> key : keys) {
      if (!values.containsKey(key.name())) {
        return false;
      }
    }
    return true;
  }

  /** The value of a key that has one. */
  @SuppressWarnings("unchecked") // parse puts what the key's own type makes
  <T> T get(ConfigKey<T> key) {
    return (T) Objects.requireNonNull(values.get(key.name()), key.name());
  }

  /** The value of a key that has one, as it would be written. */
  <T> String text(ConfigKey<T> key) {
    return key.type().formatter().apply(get(key));
  }

  /** Where a key was set, to begin an error with. */
  String source(ConfigKey<?> key) {
    Setting setting = settings.get(key.name());
    return setting == null ? key.name() : setting.source();
  }
}
