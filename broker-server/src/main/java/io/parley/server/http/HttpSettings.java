package io.parley.server.http;

/**
 * Where HTTP listens.
 *
 * @param enabled whether it listens at all
 * @param host address or name of this machine
 * @param port 0 for any free one, to 65,535
 */
public record HttpSettings(boolean enabled, String host, int port) {
  /** What holds where nothing is configured. */
  public static final HttpSettings DEFAULTS = new HttpSettings(true, "127.0.0.1", 7441);

  /**
   * Checks host and port.
   *
   * @throws IllegalArgumentException naming the component, its value and what was expected
   */
  public HttpSettings {
    if (host.isBlank()) {
      throw new IllegalArgumentException(
          "http host: '" + host + "' (expected: an address or name of this machine)");
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("http port: " + port + " (expected: 0 to 65535)");
    }
  }
}
