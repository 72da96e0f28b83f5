package io.parley.load.machine;

import java.util.OptionalLong;

/** Finds the broker's process on this machine, anew after each of its starts. */
@FunctionalInterface
public interface BrokerProcess {
  /** Its id; none if it isn't on this machine, isn't ours to see, or is this very process. */
  OptionalLong find();

  /** One that nobody looks for. */
  static BrokerProcess none() {
    return OptionalLong::empty;
  }

  /** The one with this id; its descendants count with it. */
  static BrokerProcess of(long pid) {
    return () -> OptionalLong.of(pid);
  }

  /** The one that listens on this port. */
  static BrokerProcess listeningOn(int port) {
    return () -> {
      OptionalLong found = new ProcFiles().listener(port);
      boolean isOther = found.isPresent() && found.getAsLong() != ProcessHandle.current().pid();
      return isOther ? found : OptionalLong.empty();
    };
  }
}
