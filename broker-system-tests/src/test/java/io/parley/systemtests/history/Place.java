package io.parley.systemtests.history;

import java.util.Set;

/**
 * A queue or an inbox.
 *
 * @param name its name
 * @param types what belongs into it; empty for an outcome inbox
 * @param hasOneConsumer whether one handler at a time takes from it, and completes all
 */
public record Place(String name, Set<String> types, boolean hasOneConsumer) {
  boolean wants(Sent message) {
    return types.contains(message.type());
  }

  boolean isOutcomeInbox() {
    return types.isEmpty();
  }
}
