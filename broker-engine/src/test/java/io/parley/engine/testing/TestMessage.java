package io.parley.engine.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.OutcomeMessage;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message to be, told in one line. Its body is a text that tells it apart. */
public final class TestMessage {
  private static final long HIGH = 0x5041524c4559L;

  private final MessageKind kind;
  private final String type;
  private final String body;
  private MessageId id;
  private @Nullable String key;
  private long notBeforeMs;
  private long expiresAtMs;
  private int priority;
  private boolean dedup;
  private boolean tracked;
  private int padding;
  private Map<String, String> headers = Map.of();

  private TestMessage(MessageKind kind, String type, String body) {
    this.kind = kind;
    this.type = type;
    this.body = body;
    this.id = id(type + '/' + body);
  }

  /** A command; its id follows from type and body. */
  public static TestMessage command(String type, String body) {
    return new TestMessage(MessageKind.COMMAND, type, body);
  }

  /** An event; its id follows from type and body. */
  public static TestMessage event(String type, String body) {
    return new TestMessage(MessageKind.EVENT, type, body);
  }

  /** A query, which can't be stored. */
  public static TestMessage query(String type, String body) {
    return new TestMessage(MessageKind.QUERY, type, body);
  }

  /** An id that follows from a text. */
  public static MessageId id(String text) {
    long hash = 0xcbf29ce484222325L; // FNV-1a
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return new MessageId(HIGH, hash);
  }

  /** With another id. */
  public TestMessage id(MessageId newId) {
    id = newId;
    return this;
  }

  /** With an ordering key. */
  public TestMessage key(@Nullable String newKey) {
    key = newKey;
    return this;
  }

  /** Not to be delivered before a time, milliseconds since the epoch. */
  public TestMessage notBefore(long timeMs) {
    notBeforeMs = timeMs;
    return this;
  }

  /** Not to be handed out from a time on, milliseconds since the epoch. */
  public TestMessage expiresAt(long timeMs) {
    expiresAtMs = timeMs;
    return this;
  }

  /** To be handed out before those of lower priority. */
  public TestMessage priority(int newPriority) {
    priority = newPriority;
    return this;
  }

  /** To be stored once per id. */
  public TestMessage once() {
    dedup = true;
    return this;
  }

  /** Whose completion is to be kept. */
  public TestMessage tracked() {
    tracked = true;
    return this;
  }

  /** Whose outcome goes to a service's outcome inbox. */
  public TestMessage outcomeTo(String service) {
    headers = Map.of(OutcomeMessage.TO, service);
    return tracked();
  }

  /** Larger, by some bytes after the body's text. */
  public TestMessage padded(int bytes) {
    padding = bytes;
    return this;
  }

  @Override
  public String toString() {
    return (kind + " " + type + " " + body)
        + (key == null ? "" : " key " + key)
        + (notBeforeMs == 0 ? "" : " at " + notBeforeMs)
        + (expiresAtMs == 0 ? "" : " until " + expiresAtMs)
        + (priority == 0 ? "" : " priority " + priority)
        + (dedup ? " once " + id : "")
        + (tracked ? " tracked" : "");
  }

  /** Its id. */
  public MessageId id() {
    return id;
  }

  /** The message. */
  public Message message() {
    byte[] text = body.getBytes(UTF_8);
    byte[] bytes = new byte[text.length + padding];
    System.arraycopy(text, 0, bytes, 0, text.length);
    return new Message(
        id,
        kind,
        type,
        key,
        null,
        null,
        notBeforeMs,
        expiresAtMs,
        priority,
        dedup,
        tracked,
        null,
        headers,
        bytes);
  }

  /** Several as a batch. */
  public static MessageBatch batch(TestMessage... messages) {
    return batch(List.of(messages));
  }

  /** Several as a batch. */
  public static MessageBatch batch(List<TestMessage> messages) {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    for (TestMessage message : messages) {
      records.writeBytes(MessageRecord.encode(message.message()));
    }
    return MessageBatch.of(records.toByteArray(), messages.size());
  }
}
