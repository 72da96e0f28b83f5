package io.parley.systemtests;

import io.parley.protocol.ParleyException;
import io.parley.server.Broker;
import io.parley.server.config.ConfigLoader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** A broker within this process: quickly there, and gone. */
final class BrokerHere implements RunningBroker {
  private final Broker broker;
  private final Admin admin;

  private BrokerHere(Broker broker) {
    this.broker = broker;
    this.admin = Admin.at(Objects.requireNonNull(broker.httpUri()));
  }

  /**
   * Starts one.
   *
   * @param options as {@code --set} has them
   * @throws ParleyException if it refuses
   */
  static BrokerHere start(Path data, String... options) {
    Map<String, String> values = new HashMap<>();
    values.put("network.port", "0");
    values.put("http.port", "0");
    values.put("data.directory", data.toString());
    for (int i = 1; i < options.length; i += 2) {
      String[] option = options[i].split("=", 2);
      values.put(option[0], option[1]);
    }
    return new BrokerHere(Broker.start(ConfigLoader.of(values)));
  }

  @Override
  public String uri() {
    return broker.uri();
  }

  @Override
  public Admin admin() {
    return admin;
  }

  @Override
  public String log() {
    return "";
  }

  @Override
  public void close() {
    broker.close();
  }
}
