package io.parley.engine.catalog;

import io.parley.engine.destination.Destination;
import io.parley.engine.destination.Topic;
import io.parley.protocol.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where messages of one type go.
 *
 * @param destinations a command's one queue, an event's inboxes (none is fine)
 * @param topic an event's; null for a command
 * @param refusal why they go nowhere, or null
 * @param reason for people, with the refusal
 */
public record Route(
    List<Destination> destinations,
    @Nullable Topic topic,
    @Nullable ErrorCode refusal,
    String reason) {
  static Route to(List<Destination> destinations, @Nullable Topic topic) {
    return new Route(List.copyOf(destinations), topic, null, "");
  }

  static Route refused(ErrorCode code, String reason) {
    return new Route(List.of(), null, code, reason);
  }

  /** Whether there is anywhere to store a message: with a destination, or to be retained. */
  public boolean leadsAnywhere() {
    return !destinations.isEmpty() || (topic != null && topic.retains());
  }
}
