package io.parley.systemtests;

import io.parley.engine.EngineSettings;
import io.parley.server.config.BrokerConfig;
import io.parley.server.http.HttpSettings;
import io.parley.server.operation.LimitSettings;
import io.parley.server.storage.StorageSettings;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** Changes of the defaults that tests start brokers with. */
final class Settings {
  private Settings() {}

  /** Retries that follow at once, and only few. */
  static UnaryOperator<BrokerConfig> quickRetries(int maxAttempts) {
    EngineSettings defaults = EngineSettings.DEFAULTS;
    return engine(
        new EngineSettings(
            defaults.lease(),
            maxAttempts,
            Duration.ofMillis(10),
            Duration.ofMillis(50),
            0, // tests fail on purpose
            defaults.declaredTypesOnly(),
            defaults.outcomeRetention(),
            defaults.dedupWindow(),
            defaults.quota(),
            defaults.namespaceBytes(),
            defaults.retention(),
            defaults.groupBytes()));
  }

  /** Types must be declared before they are used. */
  static UnaryOperator<BrokerConfig> declaredTypesOnly() {
    EngineSettings defaults = EngineSettings.DEFAULTS;
    return engine(
        new EngineSettings(
            defaults.lease(),
            defaults.maxAttempts(),
            defaults.backOffMin(),
            defaults.backOffMax(),
            defaults.outageAfter(),
            true,
            defaults.outcomeRetention(),
            defaults.dedupWindow(),
            defaults.quota(),
            defaults.namespaceBytes(),
            defaults.retention(),
            defaults.groupBytes()));
  }

  /** Other numbers for the engine. */
  static UnaryOperator<BrokerConfig> engine(EngineSettings engine) {
    return config ->
        new BrokerConfig(
            config.network(),
            config.session(),
            config.http(),
            config.storage(),
            config.limits(),
            engine,
            config.trace(),
            config.security(),
            config.log());
  }

  /** A smaller or larger bound on messages. */
  static UnaryOperator<BrokerConfig> maxMessageBytes(int bytes) {
    return config ->
        new BrokerConfig(
            config.network(),
            config.session(),
            config.http(),
            config.storage(),
            new LimitSettings(bytes, config.limits().sendWindowBytes()),
            config.engine(),
            config.trace(),
            config.security(),
            config.log());
  }

  /** Another reserve of disk space, so that a small disk has room. */
  static UnaryOperator<BrokerConfig> reserve(long bytes) {
    return config ->
        new BrokerConfig(
            config.network(),
            config.session(),
            config.http(),
            new StorageSettings(
                config.storage().directory(),
                config.storage().cacheBytes(),
                config.storage().writeBufferBytes(),
                config.storage().maxOpenFiles(),
                bytes),
            config.limits(),
            config.engine(),
            config.trace(),
            config.security(),
            config.log());
  }

  /** A fixed port for clients. */
  static UnaryOperator<BrokerConfig> port(int port) {
    return config ->
        new BrokerConfig(
            config.network().listeningOn(config.network().address(), port),
            config.session(),
            config.http(),
            config.storage(),
            config.limits(),
            config.engine(),
            config.trace(),
            config.security(),
            config.log());
  }

  /** A fixed port for operators. */
  static UnaryOperator<BrokerConfig> httpPort(int port) {
    return config ->
        new BrokerConfig(
            config.network(),
            config.session(),
            new HttpSettings(true, config.http().host(), port),
            config.storage(),
            config.limits(),
            config.engine(),
            config.trace(),
            config.security(),
            config.log());
  }
}
