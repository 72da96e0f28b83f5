package io.parley.systemtests;

/** A broker to connect to, wherever it runs. */
interface RunningBroker extends AutoCloseable {
  /** Where clients connect. */
  String uri();

  /** What its operator sees. */
  Admin admin();

  /** What it logged. */
  String log();

  @Override
  void close();
}
