package io.parley.server.config;

import java.util.Locale;

/**
 * One thing that can be configured.
 *
 * @param name section and name, as in the file: {@code network.max-connections}
 * @param type how its text is read
 * @param defaultValue what holds where nothing is configured
 * @param secret whether its value may be read from a file named by a variable, and never shows in
 *     an error
 */
record ConfigKey<T>(String name, ValueType<T> type, T defaultValue, boolean secret) {
  private static final String VARIABLE_PREFIX = "PARLEY_";

  static <T> ConfigKey<T> of(String name, ValueType<T> type, T defaultValue) {
    return new ConfigKey<>(name, type, defaultValue, false);
  }

  static <T> ConfigKey<T> secret(String name, ValueType<T> type, T defaultValue) {
    return new ConfigKey<>(name, type, defaultValue, true);
  }

  /** The environment variable that sets it: {@code PARLEY_NETWORK_MAX_CONNECTIONS}. */
  String variable() {
    return VARIABLE_PREFIX + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  /** The environment variable that names a file with its value; for secrets only. */
  String fileVariable() {
    return variable() + "_FILE";
  }

  /** The default as it would be written. */
  String defaultText() {
    return type.formatter().apply(defaultValue);
  }
}
