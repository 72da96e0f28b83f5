package io.parley.engine.intake;

import io.parley.engine.group.ValueReader;
import io.parley.engine.group.ValueWriter;
import io.parley.engine.operation.Result.Refusal;
import io.parley.engine.store.Table;
import io.parley.protocol.ErrorCode;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * How far a producer session got, so that what it sends again after a lost confirm is stored once
 * and answered as it was.
 */
final class ProducerSession {
  /** Most refusals remembered; a client never has that many messages unconfirmed and refused. */
  static final int REFUSALS_MAX = 1_024;

  private static final int VERSION = 1;

  private long lastSequence;
  private long lastSeenMs;
  private final Deque<Refusal> refusals = new ArrayDeque<>(0);

  ProducerSession(long lastSequence, long lastSeenMs) {
    this.lastSequence = lastSequence;
    this.lastSeenMs = lastSeenMs;
  }

  long lastSequence() {
    return lastSequence;
  }

  long lastSeenMs() {
    return lastSeenMs;
  }

  void advance(long sequence, long nowMs) {
    lastSequence = sequence;
    lastSeenMs = nowMs;
  }

  void refused(long sequence, ErrorCode code, String message) {
    if (refusals.size() == REFUSALS_MAX) {
      refusals.removeFirst();
    }
    refusals.addLast(new Refusal(0, sequence, code, message));
  }

  /** How a message was refused, or null if it was stored. */
  @Nullable Refusal refusalOf(long sequence) {
    for (Refusal refusal : refusals) {
      if (refusal.sequence() == sequence) {
        return refusal;
      }
    }
    return null;
  }

  byte[] encode() {
    ValueWriter out =
        new ValueWriter(VERSION).i64(lastSequence).i64(lastSeenMs).u16(refusals.size());
    for (Refusal refusal : refusals) {
      out.i64(refusal.sequence()).u16(refusal.code().number()).text(refusal.message());
    }
    return out.done();
  }

  static ProducerSession decode(byte[] value) {
    ValueReader in = new ValueReader(Table.PRODUCERS, value, VERSION);
    ProducerSession session = new ProducerSession(in.i64(), in.i64());
    for (int left = in.u16(); left > 0; left--) {
      long sequence = in.i64();
      ErrorCode code = ErrorCode.ofNumber(in.u16());
      session.refused(sequence, code == null ? ErrorCode.INTERNAL : code, in.text());
    }
    return session;
  }
}
