package io.parley.cli.admin;

import io.parley.cli.console.Problem;
import io.parley.client.BrokerUri;
import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Where a broker's admin API is.
 *
 * @param url {@code http://host:port}, without a slash at its end
 * @param namespace the namespace meant
 * @param user empty where none is given
 * @param password empty where none is given
 */
public record AdminAddress(String url, String namespace, String user, String password) {
  /** The port brokers listen on for HTTP unless told otherwise. */
  public static final int DEFAULT_PORT = 7441;

  /**
   * The address given, else the default port of the broker's first host.
   *
   * @throws Problem naming the value and what was expected
   */
  public static AdminAddress of(BrokerUri broker, @Nullable String url) {
    String host = broker.addresses().get(0).host();
    String bracketed = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return new AdminAddress(
        url == null ? "http://" + bracketed + ":" + DEFAULT_PORT : checked(url),
        broker.namespace(),
        broker.user(),
        broker.password());
  }

  private static String checked(String url) {
    try {
      URI parsed = new URI(url);
      boolean isHttp = "http".equals(parsed.getScheme()) || "https".equals(parsed.getScheme());
      if (isHttp && parsed.getHost() != null && parsed.getQuery() == null) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
      }
    } catch (URISyntaxException e) {
      // The same to the user as an address of another kind.
    }
    throw Problem.usage(
        "admin address: '" + url + "' (expected: http://host:port)",
        "Leave --admin and PARLEY_ADMIN out for port 7441 of the broker's host.");
  }

  /** The URL; never the password. */
  @Override
  public String toString() {
    return url;
  }
}
