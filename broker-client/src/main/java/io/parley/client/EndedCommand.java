package io.parley.client;

import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeMessage;
import java.util.Objects;

/**
 * A command that ended, as its sender's outcome inbox tells. A dead letter that is redriven ends
 * again, and that is told too.
 *
 * @param id the command's
 * @param type its type
 * @param outcome how it ended, with the result if it completed
 */
public record EndedCommand(MessageId id, String type, Outcome outcome) {

  /**
   * What an outcome message says.
   *
   * @throws IllegalArgumentException if it is another message
   */
  public static EndedCommand of(Delivery delivery) {
    Outcome outcome =
        OutcomeMessage.outcome(
            delivery.headers(), delivery.payload(), delivery.storedAt().toEpochMilli());
    return new EndedCommand(
        Objects.requireNonNull(delivery.causationId(), "causation id of an outcome message"),
        delivery.headers().getOrDefault(OutcomeMessage.COMMAND_TYPE, ""),
        outcome);
  }
}
