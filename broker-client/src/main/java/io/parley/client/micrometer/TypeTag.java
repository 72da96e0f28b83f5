package io.parley.client.micrometer;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Gives the first types their own value of a tag, and all others together one. Any thread. */
final class TypeTag {
  /**
   * A service has some dozens; who makes types up as it goes shouldn't fill a monitoring system.
   */
  static final int TYPES_MAX = 100;

  static final String OTHER = "_other";

  private final Set<String> known = ConcurrentHashMap.newKeySet();

  String of(String type) {
    if (known.contains(type)) {
      return type;
    }
    synchronized (this) {
      if (known.size() < TYPES_MAX) {
        known.add(type);
      }
    }
    return known.contains(type) ? type : OTHER;
  }
}
