package io.parley.client.micrometer;

/** Names of the client's meters, as docs/metrics.md lists them. A name keeps its meaning. */
final class ClientMeterNames {
  static final String SENDS = "parley.client.sends";
  static final String SENDS_IN_FLIGHT = "parley.client.sends.in.flight";
  static final String ASKS = "parley.client.asks";
  static final String ASKS_IN_FLIGHT = "parley.client.asks.in.flight";
  static final String HANDLINGS = "parley.client.handlings";
  static final String HANDLINGS_IN_FLIGHT = "parley.client.handlings.in.flight";
  static final String ANSWERS = "parley.client.answers";
  static final String ANSWERS_IN_FLIGHT = "parley.client.answers.in.flight";
  static final String CONNECTED = "parley.client.connected";
  static final String RECONNECTS = "parley.client.reconnects";
  static final String CONNECT_FAILURES = "parley.client.connect.failures";
  static final String SETTLES_REFUSED = "parley.client.settles.refused";

  private ClientMeterNames() {}
}
