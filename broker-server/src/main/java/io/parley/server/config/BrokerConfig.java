package io.parley.server.config;

import io.parley.engine.EngineSettings;
import io.parley.server.http.HttpSettings;
import io.parley.server.network.NetworkSettings;
import io.parley.server.operation.LimitSettings;
import io.parley.server.security.SecuritySettings;
import io.parley.server.storage.StorageSettings;
import io.parley.server.telemetry.LogSettings;

/**
 * Everything that can be configured, as the parts want it. {@link ConfigLoader} makes one; no part
 * reads the whole.
 *
 * @param network where clients connect
 * @param http where operators connect
 * @param storage the data directory and its memory
 * @param limits what one client may ask
 * @param engine the rules' numbers
 * @param security who may connect
 * @param log how much is logged
 */
public record BrokerConfig(
    NetworkSettings network,
    HttpSettings http,
    StorageSettings storage,
    LimitSettings limits,
    EngineSettings engine,
    SecuritySettings security,
    LogSettings log) {

  /** What holds where nothing is configured. */
  public static final BrokerConfig DEFAULTS =
      new BrokerConfig(
          NetworkSettings.defaults(),
          HttpSettings.DEFAULTS,
          StorageSettings.DEFAULTS,
          LimitSettings.DEFAULTS,
          EngineSettings.DEFAULTS,
          SecuritySettings.DEFAULTS,
          LogSettings.DEFAULTS);
}
