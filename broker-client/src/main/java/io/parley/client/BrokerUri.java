package io.parley.client;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.Names;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a broker is and which namespace is meant: {@code
 * parley://user:password@host1,host2:7440/namespace}.
 *
 * <p>Only the host is needed. Several hosts are tried in turn; each may have its own port. User and
 * password are percent-decoded. Immutable.
 *
 * @param user empty where none is given
 * @param password empty where none is given
 * @param addresses one or more
 * @param namespace {@code default} where none is given
 */
public record BrokerUri(
    String user, String password, List<BrokerAddress> addresses, String namespace) {

  /** The port brokers listen on for clients unless told otherwise. */
  public static final int DEFAULT_PORT = 7440;

  /** The namespace every broker has. */
  public static final String DEFAULT_NAMESPACE = "default";

  private static final String SCHEME = "parley://";
  private static final String TLS_SCHEME = "parleys://";
  private static final String EXPECTED =
      " (expected: parley://[user:password@]host[:port][,host[:port]…][/namespace])";

  /** Copies the addresses. */
  public BrokerUri {
    addresses = List.copyOf(addresses);
  }

  /**
   * Reads a URI.
   *
   * @throws ParleyException with {@link ErrorCode#INVALID_ARGUMENT}, naming the value and the form
   *     expected
   */
  public static BrokerUri parse(String text) {
    if (text.startsWith(TLS_SCHEME)) {
      throw wrong(
          text, "asks for TLS, which this version doesn't have; use parley:// on a safe network");
    }
    if (!text.startsWith(SCHEME)) {
      throw wrong(text, "doesn't start with parley://");
    }
    String rest = text.substring(SCHEME.length());
    int at = rest.lastIndexOf('@');
    String credentials = at < 0 ? "" : rest.substring(0, at);
    String place = rest.substring(at + 1);
    int slash = place.indexOf('/');
    String hosts = slash < 0 ? place : place.substring(0, slash);
    String namespace = slash < 0 ? "" : place.substring(slash + 1);
    int colon = credentials.indexOf(':');
    return new BrokerUri(
        decoded(text, colon < 0 ? credentials : credentials.substring(0, colon)),
        decoded(text, colon < 0 ? "" : credentials.substring(colon + 1)),
        addressesIn(text, hosts),
        namespace.isEmpty() ? DEFAULT_NAMESPACE : checkedNamespace(text, namespace));
  }

  private static List<BrokerAddress> addressesIn(String text, String hosts) {
    List<BrokerAddress> addresses = new ArrayList<>();
    for (String host : hosts.split(",", -1)) {
      addresses.add(addressIn(text, host));
    }
    return addresses;
  }

  private static BrokerAddress addressIn(String text, String hostAndPort) {
    int bracket = hostAndPort.indexOf(']');
    int colon = hostAndPort.indexOf(':', Math.max(0, bracket));
    String host = colon < 0 ? hostAndPort : hostAndPort.substring(0, colon);
    if (hostAndPort.startsWith("[") && bracket == host.length() - 1) {
      host = host.substring(1, bracket);
    }
    if (host.isEmpty() || host.indexOf('[') >= 0 || host.indexOf(']') >= 0) {
      throw wrong(text, "has no host in '" + hostAndPort + "'");
    }
    return new BrokerAddress(
        host, colon < 0 ? DEFAULT_PORT : port(text, hostAndPort.substring(colon + 1)));
  }

  private static int port(String text, String digits) {
    try {
      int port = Integer.parseInt(digits);
      if (port >= 1 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // said below, together with numbers out of range
    }
    throw wrong(text, "has the port '" + digits + "', which isn't one of 1 to 65535,");
  }

  private static String checkedNamespace(String text, String namespace) {
    try {
      return Names.require("namespace", namespace);
    } catch (IllegalArgumentException e) {
      throw wrong(text, "has a bad namespace: " + e.getMessage());
    }
  }

  private static String decoded(String text, String part) {
    try {
      // '+' stands for itself in this part of a URI, and for a space only in forms.
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw wrong(text, "has a broken percent sequence in its user or password");
    }
  }

  private static ParleyException wrong(String text, String why) {
    return new ParleyException(
        ErrorCode.INVALID_ARGUMENT, "broker URI: '" + masked(text) + "' " + why + EXPECTED);
  }

  /** Without the password, which must not end up in logs. */
  private static String masked(String text) {
    int at = text.lastIndexOf('@');
    int start = text.indexOf("://");
    int colon = at < 0 ? -1 : text.indexOf(':', start < 0 ? 0 : start + 3);
    return colon < 0 || colon > at ? text : text.substring(0, colon) + ":***" + text.substring(at);
  }

  /** The URI without its password. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(SCHEME);
    if (!user.isEmpty()) {
      text.append(user).append(password.isEmpty() ? "@" : ":***@");
    }
    for (int i = 0; i < addresses.size(); i++) {
      text.append(i == 0 ? "" : ",").append(addresses.get(i));
    }
    return text.append('/').append(namespace).toString();
  }
}
