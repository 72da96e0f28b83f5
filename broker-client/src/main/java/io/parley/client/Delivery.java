package io.parley.client;

import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Payload;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message leased to this client, and what is known about it. Fields are read from its bytes when
 * asked for. Any thread may use it.
 */
public sealed interface Delivery permits CommandDelivery, EventDelivery {
  /** Its identity. */
  MessageId id();

  /** Name of its type. */
  String type();

  /** Its ordering key, or null. */
  @Nullable String key();

  /** The conversation it was sent in, or null. */
  @Nullable MessageId correlationId();

  /** The message that caused it, or null. */
  @Nullable MessageId causationId();

  /** The conversation it belongs to: its correlation id, or its own id if it begins one. */
  MessageId conversationId();

  /** Media type of the body, or null. */
  @Nullable String contentType();

  /** The application's headers; not changeable. */
  Map<String, String> headers();

  /** The body as it is, copied at each call. */
  Payload payload();

  /**
   * The body, decoded at each call.
   *
   * @throws io.parley.protocol.ParleyException with {@code INVALID_ARGUMENT} if it isn't one
   */
  <T> T body(Class<T> type);

  /** Bytes of the whole message, headers and all. */
  int size();

  /** Its place in the queue or inbox. */
  long sequence();

  /**
   * The lease epoch: grows with each lease of this message. Hand it to what you write to as a
   * fencing token: a write with a smaller one than the last is from a holder that lost its lease.
   */
  long epoch();

  /** Which attempt this is, from 1. Only started handlings count. */
  int attempt();

  /** When the broker stored it, to the millisecond. */
  Instant storedAt();

  /**
   * Whether somebody else may hold the message by now, as far as the client knows: the broker
   * refused to extend its lease, or the connection it came by ended. Its settle will probably be
   * refused with {@code LEASE_LOST}; a long handler can stop.
   */
  boolean isLeaseLost();
}
