package io.parley.server.admin;

import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a message is where it is, in each destination; or how far the search for it is.
 *
 * @param id the message's
 * @param status what is known of it
 * @param progress how much of what is stored was looked at, 0 to 1
 * @param bytesLooked bytes of stored messages looked at so far
 * @param message as it was stored; null where its record is gone or wasn't found
 * @param storedAt when; null with the message
 * @param outcome how it ended, if it is a command whose outcome is known
 * @param places where it stands, at most {@link AdminApi#EXPLAINED_PLACES_MAX}
 * @param morePlaces how many more there are
 */
public record ExplanationInfo(
    MessageId id,
    Status status,
    double progress,
    long bytesLooked,
    @Nullable Message message,
    @Nullable Instant storedAt,
    @Nullable OutcomeInfo outcome,
    List<StandingInfo> places,
    int morePlaces) {

  /** Copies the list. */
  public ExplanationInfo {
    places = List.copyOf(places);
  }

  /** What is known of a message. The names are a contract with tools. */
  public enum Status {
    /** The search goes on: ask again. */
    SEARCHING,
    /** It is in at least one queue or inbox. */
    HERE,
    /** It ended: the outcome says how. */
    ENDED,
    /** It was stored, and is done with everywhere. */
    SETTLED,
    /** Its sender stored it in the last minutes, and nothing of it is left. */
    SETTLED_LATELY,
    /** Nothing is known: never stored here, or done with long ago. */
    UNKNOWN
  }
}
