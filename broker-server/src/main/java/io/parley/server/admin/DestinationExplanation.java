package io.parley.server.admin;

import io.parley.protocol.model.MessageId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why the messages of a queue or inbox are where they are.
 *
 * @param depth how full it is
 * @param service whose it is; null where nobody owns it
 * @param nextDue when the first delayed message is due; null if there is none
 * @param consumers who consumes, at most {@link AdminApi#EXPLAINED_CONSUMERS_MAX}
 * @param messages the first ones, then the first delayed ones
 */
public record DestinationExplanation(
    DestinationDepth depth,
    @Nullable String service,
    @Nullable Instant nextDue,
    List<ConsumerInfo> consumers,
    List<Explained> messages) {

  /** Copies the lists. */
  public DestinationExplanation {
    consumers = List.copyOf(consumers);
    messages = List.copyOf(messages);
  }

  /** One message and where it stands. */
  public record Explained(MessageId id, String type, StandingInfo standing) {}
}
