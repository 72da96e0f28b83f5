package io.parley.server.config;

import io.parley.engine.EngineSettings;
import io.parley.engine.destination.Quota;
import io.parley.engine.destination.Retention;
import io.parley.server.http.HttpSettings;
import io.parley.server.network.NetworkSettings;
import io.parley.server.operation.LimitSettings;
import io.parley.server.security.SecuritySettings;
import io.parley.server.session.SessionSettings;
import io.parley.server.storage.StorageSettings;
import io.parley.server.telemetry.LogSettings;
import io.parley.server.trace.TraceSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration: a flag goes before an environment variable, that before the file, that
 * before the default. Whatever is wrong is reported at once, and nothing that is not understood is
 * passed over.
 */
public final class ConfigLoader {
  private static final Set<String> NAMES =
      ConfigKeys.ALL.stream().map(ConfigKey::name).collect(Collectors.toCollection(TreeSet::new));

  private final List<String> problems = new ArrayList<>();

  /** By key; the strongest source is put last. */
  private final Map<String, Setting> settings = new HashMap<>();

  private ConfigLoader() {}

  /**
   * Reads the configuration.
   *
   * @param file must exist and be readable; null for none
   * @param environment all variables; those that don't begin with {@code PARLEY_} don't matter
   * @param flags key → text of its value, as in the file: {@code network.port → 7440}
   * @throws ConfigException with everything that is wrong
   */
  public static BrokerConfig load(
      @Nullable Path file, Map<String, String> environment, Map<String, String> flags) {
    ConfigLoader loader = new ConfigLoader();
    if (file != null) {
      loader.add(ConfigFile.read(file, NAMES, loader.problems::add));
    }
    loader.add(ConfigEnvironment.read(environment, loader.problems::add));
    loader.add(loader.readFlags(flags));
    return loader.build();
  }

  /**
   * The defaults with some keys set; for brokers inside tests and tools.
   *
   * @param values key → text of its value, as in the file
   * @throws ConfigException with everything that is wrong
   */
  public static BrokerConfig of(Map<String, String> values) {
    return load(null, Map.of(), values);
  }

  private void add(List<Setting> stronger) {
    stronger.forEach(setting -> settings.put(setting.key(), setting));
  }

  private List<Setting> readFlags(Map<String, String> flags) {
    List<Setting> read = new ArrayList<>();
    new TreeMap<>(flags)
        .forEach(
            (name, text) -> {
              if (NAMES.contains(name)) {
                read.add(Setting.ofText(name, name, text));
              } else {
                problems.add(
                    name
                        + ": unknown key (the nearest known key is "
                        + NearestName.of(name, NAMES)
                        + ")");
              }
            });
    return read;
  }

  private BrokerConfig build() {
    ConfigValues values = ConfigValues.parse(settings, problems::add);
    checkTogether(values);
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return compose(values);
  }

  /**
   * What is wrong only with several values at once; skipped where one of them is wrong by itself.
   */
  private void checkTogether(ConfigValues values) {
    if (values.has(ConfigKeys.DELIVERY_BACK_OFF_MIN, ConfigKeys.DELIVERY_BACK_OFF_MAX)) {
      Duration min = values.get(ConfigKeys.DELIVERY_BACK_OFF_MIN);
      if (values.get(ConfigKeys.DELIVERY_BACK_OFF_MAX).compareTo(min) < 0) {
        tooSmall(values, ConfigKeys.DELIVERY_BACK_OFF_MAX, ConfigKeys.DELIVERY_BACK_OFF_MIN);
      }
    }
    if (values.has(ConfigKeys.LIMITS_SEND_WINDOW, ConfigKeys.LIMITS_MAX_MESSAGE)
        && values.get(ConfigKeys.LIMITS_SEND_WINDOW) < values.get(ConfigKeys.LIMITS_MAX_MESSAGE)) {
      tooSmall(values, ConfigKeys.LIMITS_SEND_WINDOW, ConfigKeys.LIMITS_MAX_MESSAGE);
    }
    checkPorts(values);
    if (values.has(ConfigKeys.SECURITY_USERS) && values.get(ConfigKeys.SECURITY_USERS).isEmpty()) {
      checkLoopback(values, ConfigKeys.NETWORK_HOST);
      if (values.has(ConfigKeys.HTTP_ENABLED) && values.get(ConfigKeys.HTTP_ENABLED)) {
        checkLoopback(values, ConfigKeys.HTTP_HOST);
      }
    }
  }

  private void checkPorts(ConfigValues values) {
    boolean isUsable =
        values.has(ConfigKeys.HTTP_ENABLED, ConfigKeys.HTTP_HOST, ConfigKeys.HTTP_PORT)
            && values.has(ConfigKeys.NETWORK_HOST, ConfigKeys.NETWORK_PORT);
    if (isUsable && values.get(ConfigKeys.HTTP_ENABLED)) {
      int port = values.get(ConfigKeys.HTTP_PORT);
      if (port != 0
          && port == values.get(ConfigKeys.NETWORK_PORT)
          && values.get(ConfigKeys.HTTP_HOST).equals(values.get(ConfigKeys.NETWORK_HOST))) {
        problems.add(
            values.source(ConfigKeys.HTTP_PORT)
                + ": "
                + port
                + " (expected: another port than network.port)");
      }
    }
  }

  private void tooSmall(ConfigValues values, ConfigKey<?> key, ConfigKey<?> least) {
    problems.add(
        values.source(key)
            + ": "
            + values.text(key)
            + " (expected: at least "
            + least.name()
            + ", which is "
            + values.text(least)
            + ")");
  }

  private void checkLoopback(ConfigValues values, ConfigKey<String> key) {
    if (values.has(key) && !BrokerConfig.isLoopback(values.get(key))) {
      problems.add(BrokerConfig.openToOthers(values.source(key), values.get(key)));
    }
  }

  private static BrokerConfig compose(ConfigValues values) {
    int threads = values.get(ConfigKeys.NETWORK_EVENT_LOOP_THREADS);
    NetworkSettings network = NetworkSettings.defaults();
    return new BrokerConfig(
        new NetworkSettings(
            values.get(ConfigKeys.NETWORK_HOST),
            values.get(ConfigKeys.NETWORK_PORT),
            threads == ConfigKeys.THREADS_AUTOMATIC ? network.eventLoopThreads() : threads,
            values.get(ConfigKeys.NETWORK_MAX_CONNECTIONS),
            network.greetingsMax(),
            network.helloTimeout(),
            network.outboundHighWaterBytes()),
        new SessionSettings(values.get(ConfigKeys.NETWORK_HEARTBEAT)),
        new HttpSettings(
            values.get(ConfigKeys.HTTP_ENABLED),
            values.get(ConfigKeys.HTTP_HOST),
            values.get(ConfigKeys.HTTP_PORT)),
        new StorageSettings(
            values.get(ConfigKeys.DATA_DIRECTORY),
            values.get(ConfigKeys.STORAGE_CACHE),
            values.get(ConfigKeys.STORAGE_WRITE_BUFFER),
            values.get(ConfigKeys.STORAGE_MAX_OPEN_FILES),
            values.get(ConfigKeys.STORAGE_RESERVE)),
        new LimitSettings(
            values.get(ConfigKeys.LIMITS_MAX_MESSAGE).intValue(),
            values.get(ConfigKeys.LIMITS_SEND_WINDOW).intValue()),
        new EngineSettings(
            values.get(ConfigKeys.DELIVERY_LEASE),
            values.get(ConfigKeys.DELIVERY_MAX_ATTEMPTS),
            values.get(ConfigKeys.DELIVERY_BACK_OFF_MIN),
            values.get(ConfigKeys.DELIVERY_BACK_OFF_MAX),
            values.get(ConfigKeys.DELIVERY_OUTAGE_AFTER),
            values.get(ConfigKeys.TYPES_POLICY) == ConfigKeys.TypePolicy.DECLARED,
            values.get(ConfigKeys.OUTCOMES_RETENTION),
            values.get(ConfigKeys.DEDUP_WINDOW),
            new Quota(
                values.get(ConfigKeys.LIMITS_DESTINATION_MESSAGES),
                values.get(ConfigKeys.LIMITS_DESTINATION_BYTES)),
            values.get(ConfigKeys.LIMITS_NAMESPACE_BYTES),
            new Retention(
                values.get(ConfigKeys.EVENTS_RETENTION).toMillis(),
                values.get(ConfigKeys.EVENTS_RETENTION_BYTES)),
            values.get(ConfigKeys.LIMITS_GROUP_BYTES).intValue()),
        new TraceSettings(values.get(ConfigKeys.TRACE_RETENTION)),
        new SecuritySettings(values.get(ConfigKeys.SECURITY_USERS)),
        new LogSettings(values.get(ConfigKeys.LOG_LEVEL)));
  }
}
