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
  private volatile boolean cancelled;

  AskedQuestion(Push.Question frame, long nowNanos) {
    this.frame = frame;
    this.deadline = Deadline.atNanos(nowNanos + Duration.ofMillis(frame.timeoutMs()).toNanos());
    MessageBatch query = frame.query();
    record.wrap(query.bytes(), query.offset());
  }

  /** The broker's number for it. */
  long number() {
    return frame.question();
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
