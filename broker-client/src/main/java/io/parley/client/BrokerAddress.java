package io.parley.client;

/**
 * One host of a {@link BrokerUri}.
 *
 * @param host name or address; an IPv6 address without brackets
 * @param port 1 to 65,535
 */
public record BrokerAddress(String host, int port) {
  /** As in a URI. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
