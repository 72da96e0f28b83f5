package io.parley.server.config;

import io.parley.engine.EngineSettings;
import io.parley.engine.destination.Quota;
import io.parley.engine.destination.Retention;
import io.parley.engine.intake.NamespaceQuota;
import io.parley.protocol.WireLimits;
import io.parley.server.operation.LimitSettings;
import io.parley.server.session.SessionSettings;
import io.parley.server.storage.StorageSettings;
import io.parley.server.telemetry.LogLevel;
import io.parley.server.trace.TraceSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Every key there is. {@code config/parley.yaml} documents each with its default, which a test
 * compares with the ones here; these take them from the parts' own settings.
 */
final class ConfigKeys {
  /** What becomes of a type nobody declared. */
  enum TypePolicy {
    FIRST_CLAIM,
    DECLARED
  }

  private static final BrokerConfig DEFAULTS = BrokerConfig.DEFAULTS;

  /** Leaves the number of threads to the broker, which looks at the machine. */
  static final int THREADS_AUTOMATIC = 0;

  private static final int PORT_MAX = 65_535;

  static final ConfigKey<String> NETWORK_HOST =
      ConfigKey.of("network.host", ValueType.host(), DEFAULTS.network().address());
  static final ConfigKey<Integer> NETWORK_PORT =
      ConfigKey.of("network.port", ValueType.number(0, PORT_MAX), DEFAULTS.network().port());
  static final ConfigKey<Integer> NETWORK_MAX_CONNECTIONS =
      ConfigKey.of(
          "network.max-connections",
          ValueType.number(1, 1_000_000),
          DEFAULTS.network().connectionsMax());
  static final ConfigKey<Duration> NETWORK_HEARTBEAT =
      ConfigKey.of(
          "network.heartbeat",
          ValueType.duration(SessionSettings.HEARTBEAT_MIN, SessionSettings.HEARTBEAT_MAX),
          DEFAULTS.session().heartbeat());
  static final ConfigKey<Integer> NETWORK_EVENT_LOOP_THREADS =
      ConfigKey.of(
          "network.event-loop-threads", ValueType.number(THREADS_AUTOMATIC, 64), THREADS_AUTOMATIC);

  static final ConfigKey<Boolean> HTTP_ENABLED =
      ConfigKey.of("http.enabled", ValueType.bool(), DEFAULTS.http().enabled());
  static final ConfigKey<String> HTTP_HOST =
      ConfigKey.of("http.host", ValueType.host(), DEFAULTS.http().host());
  static final ConfigKey<Integer> HTTP_PORT =
      ConfigKey.of("http.port", ValueType.number(0, PORT_MAX), DEFAULTS.http().port());

  static final ConfigKey<Path> DATA_DIRECTORY =
      ConfigKey.of("data.directory", ValueType.directory(), DEFAULTS.storage().directory());
  static final ConfigKey<Long> STORAGE_CACHE =
      ConfigKey.of(
          "storage.cache",
          ValueType.size(StorageSettings.MIN_CACHE_BYTES, StorageSettings.MAX_CACHE_BYTES),
          DEFAULTS.storage().cacheBytes());
  static final ConfigKey<Long> STORAGE_WRITE_BUFFER =
      ConfigKey.of(
          "storage.write-buffer",
          ValueType.size(
              StorageSettings.MIN_WRITE_BUFFER_BYTES, StorageSettings.MAX_WRITE_BUFFER_BYTES),
          DEFAULTS.storage().writeBufferBytes());
  static final ConfigKey<Integer> STORAGE_MAX_OPEN_FILES =
      ConfigKey.of(
          "storage.max-open-files",
          ValueType.number(StorageSettings.MIN_MAX_OPEN_FILES, StorageSettings.MAX_MAX_OPEN_FILES),
          DEFAULTS.storage().maxOpenFiles());
  static final ConfigKey<Long> STORAGE_RESERVE =
      ConfigKey.of(
          "storage.reserve",
          ValueType.size(StorageSettings.MIN_RESERVE_BYTES, StorageSettings.MAX_RESERVE_BYTES),
          DEFAULTS.storage().reserveBytes());

  static final ConfigKey<Long> LIMITS_MAX_MESSAGE =
      ConfigKey.of(
          "limits.max-message",
          ValueType.size(LimitSettings.MAX_MESSAGE_LEAST_BYTES, WireLimits.MESSAGE_HARD_MAX_BYTES),
          (long) DEFAULTS.limits().maxMessageBytes());
  static final ConfigKey<Long> LIMITS_GROUP_BYTES =
      ConfigKey.of(
          "limits.group-bytes",
          ValueType.size(EngineSettings.GROUP_BYTES_MIN, EngineSettings.GROUP_BYTES_MAX),
          (long) DEFAULTS.engine().groupBytes());
  static final ConfigKey<Long> LIMITS_DESTINATION_MESSAGES =
      ConfigKey.of(
          "limits.destination-messages",
          ValueType.count(1, Quota.MESSAGES_MAX),
          DEFAULTS.engine().quota().messages());
  static final ConfigKey<Long> LIMITS_DESTINATION_BYTES =
      ConfigKey.of(
          "limits.destination-bytes",
          ValueType.size(Quota.BYTES_MIN, Quota.BYTES_MAX),
          DEFAULTS.engine().quota().bytes());
  static final ConfigKey<Long> LIMITS_NAMESPACE_BYTES =
      ConfigKey.of(
          "limits.namespace-bytes",
          ValueType.size(NamespaceQuota.BYTES_MIN, NamespaceQuota.BYTES_MAX),
          DEFAULTS.engine().namespaceBytes());
  static final ConfigKey<Long> LIMITS_SEND_WINDOW =
      ConfigKey.of(
          "limits.send-window",
          ValueType.size(
              LimitSettings.MAX_MESSAGE_LEAST_BYTES, LimitSettings.SEND_WINDOW_MAX_BYTES),
          (long) DEFAULTS.limits().sendWindowBytes());

  static final ConfigKey<Duration> DELIVERY_LEASE =
      ConfigKey.of(
          "delivery.lease",
          ValueType.duration(EngineSettings.LEASE_MIN, EngineSettings.LEASE_MAX),
          DEFAULTS.engine().lease());
  static final ConfigKey<Integer> DELIVERY_MAX_ATTEMPTS =
      ConfigKey.of(
          "delivery.max-attempts",
          ValueType.number(1, EngineSettings.ATTEMPTS_MAX),
          DEFAULTS.engine().maxAttempts());
  static final ConfigKey<Duration> DELIVERY_BACK_OFF_MIN =
      ConfigKey.of(
          "delivery.back-off-min",
          ValueType.duration(EngineSettings.BACK_OFF_SHORTEST, EngineSettings.BACK_OFF_MIN_LONGEST),
          DEFAULTS.engine().backOffMin());
  static final ConfigKey<Duration> DELIVERY_BACK_OFF_MAX =
      ConfigKey.of(
          "delivery.back-off-max",
          ValueType.duration(EngineSettings.BACK_OFF_SHORTEST, EngineSettings.BACK_OFF_LONGEST),
          DEFAULTS.engine().backOffMax());
  static final ConfigKey<Integer> DELIVERY_OUTAGE_AFTER =
      ConfigKey.of(
          "delivery.outage-after",
          ValueType.number(0, EngineSettings.OUTAGE_AFTER_MAX),
          DEFAULTS.engine().outageAfter());

  static final ConfigKey<TypePolicy> TYPES_POLICY =
      ConfigKey.of(
          "types.policy",
          ValueType.choice(TypePolicy.class),
          DEFAULTS.engine().declaredTypesOnly() ? TypePolicy.DECLARED : TypePolicy.FIRST_CLAIM);
  static final ConfigKey<Duration> OUTCOMES_RETENTION =
      ConfigKey.of(
          "outcomes.retention",
          ValueType.duration(
              EngineSettings.OUTCOME_RETENTION_MIN, EngineSettings.OUTCOME_RETENTION_MAX),
          DEFAULTS.engine().outcomeRetention());
  static final ConfigKey<Duration> TRACE_RETENTION =
      ConfigKey.of(
          "trace.retention",
          ValueType.durationOrOff(TraceSettings.RETENTION_MIN, TraceSettings.RETENTION_MAX),
          TraceSettings.DEFAULTS.retention());
  static final ConfigKey<Duration> EVENTS_RETENTION =
      ConfigKey.of(
          "events.retention",
          ValueType.durationOrOff(Duration.ofSeconds(1), Duration.ofMillis(Retention.TIME_MAX_MS)),
          Duration.ofMillis(DEFAULTS.engine().retention().timeMs()));
  static final ConfigKey<Long> EVENTS_RETENTION_BYTES =
      ConfigKey.of(
          "events.retention-bytes",
          ValueType.size(1024, Retention.BYTES_MAX),
          DEFAULTS.engine().retention().bytes());
  static final ConfigKey<Duration> DEDUP_WINDOW =
      ConfigKey.of(
          "dedup.window",
          ValueType.duration(EngineSettings.DEDUP_WINDOW_MIN, EngineSettings.DEDUP_WINDOW_MAX),
          DEFAULTS.engine().dedupWindow());

  static final ConfigKey<Map<String, String>> SECURITY_USERS =
      ConfigKey.secret("security.users", ValueType.users(), DEFAULTS.security().users());
  static final ConfigKey<LogLevel> LOG_LEVEL =
      ConfigKey.of("log.level", ValueType.choice(LogLevel.class), DEFAULTS.log().level());

  /** All of them, in the order of the file. */
  static final List<ConfigKey<?>> ALL =
      List.of(
          NETWORK_HOST,
          NETWORK_PORT,
          NETWORK_MAX_CONNECTIONS,
          NETWORK_HEARTBEAT,
          NETWORK_EVENT_LOOP_THREADS,
          HTTP_ENABLED,
          HTTP_HOST,
          HTTP_PORT,
          DATA_DIRECTORY,
          STORAGE_CACHE,
          STORAGE_WRITE_BUFFER,
          STORAGE_MAX_OPEN_FILES,
          STORAGE_RESERVE,
          LIMITS_MAX_MESSAGE,
          LIMITS_GROUP_BYTES,
          LIMITS_DESTINATION_MESSAGES,
          LIMITS_DESTINATION_BYTES,
          LIMITS_NAMESPACE_BYTES,
          LIMITS_SEND_WINDOW,
          DELIVERY_LEASE,
          DELIVERY_MAX_ATTEMPTS,
          DELIVERY_BACK_OFF_MIN,
          DELIVERY_BACK_OFF_MAX,
          DELIVERY_OUTAGE_AFTER,
          TYPES_POLICY,
          OUTCOMES_RETENTION,
          TRACE_RETENTION,
          EVENTS_RETENTION,
          EVENTS_RETENTION_BYTES,
          DEDUP_WINDOW,
          SECURITY_USERS,
          LOG_LEVEL);

  private ConfigKeys() {}
}
