package io.parley.server.admin;

import io.parley.protocol.model.MessageKind;
import java.util.List;

/**
 * Who would get a message of a type.
 *
 * @param known whether the type is known already
 * @param receivers a command's queue, an event's inboxes; empty if nobody gets it: a command then
 *     waits for an owner
 */
public record RoutePreview(String type, MessageKind kind, boolean known, List<Receiver> receivers) {

  /** Copies the list. */
  public RoutePreview {
    receivers = List.copyOf(receivers);
  }

  /**
   * One queue or inbox.
   *
   * @param patterns those of an inbox that the type fits; empty for a queue
   */
  public record Receiver(
      String name, DestinationKind kind, String service, List<String> patterns, int consumers) {

    /** Copies the list. */
    public Receiver {
      patterns = List.copyOf(patterns);
    }
  }
}
