package io.parley.server.operation;

/** Whether an operator drains the broker; a restart ends it. Any thread. */
public final class Draining {
  private volatile boolean on;

  /** Whether new commands and events of clients are refused. */
  public boolean isOn() {
    return on;
  }

  void set(boolean newOn) {
    on = newOn;
  }
}
