package io.parley.server.config;

import io.parley.engine.EngineSettings;
import io.parley.server.http.HttpSettings;
import io.parley.server.network.NetworkSettings;
import io.parley.server.operation.LimitSettings;
import io.parley.server.security.SecuritySettings;
import io.parley.server.session.SessionSettings;
import io.parley.server.storage.StorageSettings;
import io.parley.server.telemetry.LogSettings;
import io.parley.server.trace.TraceSettings;
import java.util.regex.Pattern;

/**
 * Everything that can be configured, as the parts want it. {@link ConfigLoader} makes one; no part
 * reads the whole.
 *
 * @param network where clients connect
 * @param session what connected clients are told
 * @param http where operators connect
 * @param storage the data directory and its memory
 * @param limits what one client may ask
 * @param engine the rules' numbers
 * @param trace how long it is known what caused what
 * @param security who may connect
 * @param log how much is logged
 */
public record BrokerConfig(
    NetworkSettings network,
    SessionSettings session,
    HttpSettings http,
    StorageSettings storage,
    LimitSettings limits,
    EngineSettings engine,
    TraceSettings trace,
    SecuritySettings security,
    LogSettings log) {

  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[?(::1|(0{1,4}:){7}0{0,3}1)]?");

  /** What holds where nothing is configured. */
  public static final BrokerConfig DEFAULTS =
      new BrokerConfig(
          NetworkSettings.defaults(),
          SessionSettings.DEFAULTS,
          HttpSettings.DEFAULTS,
          StorageSettings.DEFAULTS,
          LimitSettings.DEFAULTS,
          EngineSettings.DEFAULTS,
          TraceSettings.DEFAULTS,
          SecuritySettings.DEFAULTS,
          LogSettings.DEFAULTS);

  /**
   * Checks that nobody else's machine can reach a broker that asks nobody who they are.
   *
   * @throws IllegalArgumentException naming the key, its value and what was expected
   */
  public BrokerConfig {
    if (!security.authenticationRequired()) {
      if (!isLoopback(network.address())) {
        throw new IllegalArgumentException(openToOthers("network.host", network.address()));
      }
      if (http.enabled() && !isLoopback(http.host())) {
        throw new IllegalArgumentException(openToOthers("http.host", http.host()));
      }
    }
  }

  /** Whether only this machine can reach an address. Names but localhost count as reachable. */
  static boolean isLoopback(String host) {
    return LOOPBACK.matcher(host).matches();
  }

  /** The error about listening for others without asking who they are. */
  static String openToOthers(String source, String host) {
    return source
        + ": '"
        + host
        + "' can be reached from other machines while no users are configured (expected: a loopback"
        + " address such as 127.0.0.1, or users: set security.users in the file,"
        + " PARLEY_SECURITY_USERS=name:password, or PARLEY_SECURITY_USERS_FILE)";
  }
}
