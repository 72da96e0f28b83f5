package io.parley.client;

import io.parley.protocol.frame.Push;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.Payload;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A question in a responder's hands. */
final class AskedQuestion implements Question, Cause {
  private final Push.Question frame;
  private final MessageRecord record = new MessageRecord();
  private final Deadline deadline;
  private final @Nullable PageWindow window;
  private final String cursor;
  private volatile boolean cancelled;

  AskedQuestion(Push.Question frame, long nowNanos) {
    this(frame, "", null, nowNanos);
  }

  /** One that is to be answered in pages. */
  AskedQuestion(Push.QuestionPages asked, long nowNanos) {
    this(
        new Push.Question(
            asked.responder(),
            asked.question(),
            asked.timeoutMs(),
            0,
            asked.pageSize(),
            asked.query()),
        asked.from(),
        new PageWindow(asked.credit()),
        nowNanos);
  }

  private AskedQuestion(
      Push.Question frame, String cursor, @Nullable PageWindow window, long nowNanos) {
    this.frame = frame;
    this.cursor = cursor;
    this.window = window;
    this.deadline = Deadline.atNanos(nowNanos + Duration.ofMillis(frame.timeoutMs()).toNanos());
    MessageBatch query = frame.query();
    record.wrap(query.bytes(), query.offset());
  }

  /** The broker's number for it. */
  long number() {
    return frame.question();
  }

  /** How many pages may be sent; null if it isn't asked for pages. */
  @Nullable PageWindow window() {
    return window;
  }

  /** What is wrong with its bytes, or null. */
  @Nullable String defect() {
    MessageBatch query = frame.query();
    try {
      record.check(query.offset() + query.length());
    } catch (IllegalArgumentException e) {
      return String.valueOf(e.getMessage());
    }
    return record.isIntact() ? null : "the query's CRC32C doesn't match its bytes";
  }

  void cancel() {
    cancelled = true;
    if (window != null) {
      window.close();
    }
  }

  @Override
  public MessageId id() {
    return record.id();
  }

  @Override
  public String type() {
    return record.type();
  }

  @Override
  public @Nullable MessageId correlationId() {
    return record.correlationId();
  }

  @Override
  public MessageId conversationId() {
    MessageId correlation = correlationId();
    return correlation == null ? id() : correlation;
  }

  @Override
  public Map<String, String> filters() {
    return Collections.unmodifiableMap(record.headers());
  }

  @Override
  public int page() {
    return frame.page();
  }

  @Override
  public int pageSize() {
    return frame.pageSize();
  }

  @Override
  public String cursor() {
    return cursor;
  }

  @Override
  public Payload payload() {
    byte[] body = Arrays.copyOfRange(record.array(), record.bodyOffset(), record.end());
    return new Payload(record.contentType(), body);
  }

  @Override
  public Duration timeLeft() {
    return deadline.timeLeft();
  }

  @Override
  public Deadline deadline() {
    return deadline;
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }
}
