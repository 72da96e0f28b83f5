package io.parley.engine.catalog;

import io.parley.engine.destination.Destination;
import io.parley.protocol.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where messages of one type go.
 *
 * @param destinations a command's one queue, an event's inboxes (none is fine)
 * @param refusal why they go nowhere, or null
 * @param reason for people, with the refusal
 */
public record Route(List<Destination> destinations, @Nullable ErrorCode refusal, String reason) {
  static Route to(List<Destination> destinations) {
    return new Route(List.copyOf(destinations), null, "");
  }

  static Route refused(ErrorCode code, String reason) {
    return new Route(List.of(), code, reason);
  }
}
