package io.parley.client;

import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.Names;
import io.parley.protocol.model.OutcomeMessage;
import io.parley.protocol.model.Payload;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A command to send or an event to publish, with what is to be said about it.
 *
 * <pre>{@code
 * client.send(
 *     OutgoingMessage.of("shop.cart.CheckOutCart", new CheckOutCart("536365"))
 *         .key("536365")
 *         .trackOutcome());
 * }</pre>
 *
 * <p>Mutable until it is handed over, and not for use by several threads at once. Whether it is a
 * command or an event is said by the verb: send or publish.
 */
public final class OutgoingMessage {
  private final String type;
  private final Object body;
  private @Nullable MessageId id;
  private @Nullable String key;
  private @Nullable MessageId correlationId;
  private @Nullable MessageId causationId;
  private long notBeforeMs;
  private long expiresAtMs;
  private int priority;
  private boolean trackOutcome;
  private @Nullable String contentType;
  private Map<String, String> headers = Map.of();

  private OutgoingMessage(String type, Object body) {
    this.type = type;
    this.body = body;
  }

  /**
   * A message.
   *
   * @param type name of its type, such as {@code shop.cart.AddProductToCart}
   * @param body for the client's {@link PayloadCodec}
   */
  public static OutgoingMessage of(String type, Object body) {
    return new OutgoingMessage(type, body);
  }

  /**
   * Its identity. Without it the client makes one. With it the broker drops a second message of the
   * same id within its window (10 minutes by default): for senders that may repeat themselves, such
   * as one that reads a file again after a crash.
   */
  public OutgoingMessage id(MessageId id) {
    this.id = id;
    return this;
  }

  /**
   * The ordering key: messages of one key are handled one at a time and in order, whatever the
   * number of consumers. 1 to 200 bytes of UTF-8.
   */
  public OutgoingMessage key(String key) {
    this.key = key;
    return this;
  }

  /** A header for the application; at most 64, of up to 4,096 bytes. */
  public OutgoingMessage header(String name, String value) {
    if (headers.isEmpty()) {
      headers = new LinkedHashMap<>();
    }
    headers.put(name, value);
    return this;
  }

  /**
   * Headers for the application, besides those already there. Where they come from another message,
   * its wish for {@link #outcomeToInboxOf} isn't taken over.
   */
  public OutgoingMessage headers(Map<String, String> more) {
    more.forEach(
        (name, value) -> {
          if (!name.equals(OutcomeMessage.TO)) {
            header(name, value);
          }
        });
    return this;
  }

  /** The conversation. Within a handler that of the message in hand is taken by itself. */
  public OutgoingMessage correlationId(MessageId correlationId) {
    this.correlationId = correlationId;
    return this;
  }

  /** The message that caused this one. Within a handler the one in hand is taken by itself. */
  public OutgoingMessage causationId(MessageId causationId) {
    this.causationId = causationId;
    return this;
  }

  /**
   * Takes correlation and causation from a delivery: for what is sent by another thread than the
   * handler's, where the client can't know.
   */
  public OutgoingMessage causedBy(Delivery delivery) {
    return correlationId(delivery.conversationId()).causationId(delivery.id());
  }

  /** Media type of the body, instead of the codec's. */
  public OutgoingMessage contentType(String contentType) {
    this.contentType = contentType;
    return this;
  }

  /** Handled no earlier than this. */
  public OutgoingMessage notBefore(Instant time) {
    this.notBeforeMs = time.toEpochMilli();
    return this;
  }

  /** Handled no earlier than in this time, by the sender's clock. */
  public OutgoingMessage delay(Duration delay) {
    return notBefore(Instant.now().plus(delay));
  }

  /** Not handled after this: a command then ends as EXPIRED. */
  public OutgoingMessage expiresAt(Instant time) {
    this.expiresAtMs = time.toEpochMilli();
    return this;
  }

  /**
   * 0 (default) to 9 (handled first), kept when it comes back. One with an ordering key keeps its
   * turn. Meant for few: one with priority costs the broker an entry of its own.
   */
  public OutgoingMessage priority(int priority) {
    this.priority = priority;
    return this;
  }

  /**
   * Keeps the outcome of this command even if it completes, so that it can be asked for. Rejected,
   * dead-lettered and expired commands are always kept.
   */
  public OutgoingMessage trackOutcome() {
    this.trackOutcome = true;
    return this;
  }

  /**
   * Has the outcome of this command delivered to the outcome inbox of the service that sends it,
   * durably with the command's end and however it ends, so that the service learns it even when it
   * was away: see {@link OutcomeConsumer}. Tracks the outcome as well.
   *
   * <p>The service is named here, as a message may be made before there is a client (in an outbox,
   * or in a completion); another service's inbox is refused with {@code INVALID_ARGUMENT}. Takes
   * one header.
   *
   * @param service the sender's own; up to 191 characters
   */
  public OutgoingMessage outcomeToInboxOf(String service) {
    Names.require("outcome inbox", OutcomeMessage.inboxOf(Names.require("service", service)));
    return header(OutcomeMessage.TO, service).trackOutcome();
  }

  /** Name of the type. */
  public String type() {
    return type;
  }

  /** The body as given. */
  public Object body() {
    return body;
  }

  /**
   * The message as it goes out.
   *
   * @param ids makes the id where none was given
   * @param cause the message in hand, or null
   */
  Message toMessage(
      MessageKind kind, PayloadCodec codec, MessageIdSource ids, @Nullable Cause cause) {
    return toMessage(kind, codec, id == null ? ids.next() : id, id != null, cause);
  }

  /** The message as it is kept for later: one that may be sent twice. */
  Message toPrepared(
      MessageKind kind, PayloadCodec codec, MessageIdSource ids, @Nullable Cause cause) {
    return toMessage(kind, codec, id == null ? ids.next() : id, true, cause);
  }

  /** The n-th message a handler emits: the same id whenever that message is handled again. */
  Message toEmitted(MessageKind kind, PayloadCodec codec, int ordinal, Cause parent) {
    MessageId child = id == null ? parent.id().child(ordinal) : id;
    return toMessage(kind, codec, child, id != null, parent);
  }

  private Message toMessage(
      MessageKind kind,
      PayloadCodec codec,
      MessageId messageId,
      boolean dedupById,
      @Nullable Cause cause) {
    Payload payload = codec.encode(body);
    MessageId conversation = correlationId;
    MessageId causing = causationId;
    if (cause != null) {
      conversation = conversation == null ? cause.conversationId() : conversation;
      causing = causing == null ? cause.id() : causing;
    }
    return new Message(
        messageId,
        kind,
        type,
        key,
        conversation,
        causing,
        notBeforeMs,
        expiresAtMs,
        priority,
        dedupById,
        trackOutcome && kind == MessageKind.COMMAND,
        contentType == null ? payload.contentType() : contentType,
        headers,
        payload.bytes());
  }
}
