package io.parley.engine.destination;

import io.parley.engine.group.ValueReader;
import io.parley.engine.group.ValueWriter;
import io.parley.engine.store.Table;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageRecord;
import org.jspecify.annotations.Nullable;

/**
 * A message that is in no run (any more) and has an entry of its own: it waits for its time, or is
 * a dead letter. This is for the rare; most messages live and end in a run.
 */
public final class SingleMessage {
  private static final int VERSION = 2;

  /** Without priority. */
  private static final int OLDEST_VERSION = 1;

  final long sequence;
  final long chunk;
  final int offset;
  final int size;
  final long storedAtMs;
  final MessageId id;
  final long keyHash;
  final int attempts;
  final long dueMs;

  /** 0 to {@link Message#PRIORITY_MAX}, the highest. One with an ordering key keeps its turn: 0. */
  final int priority;

  /** The lease epoch under which it last failed: that lease is settled. 0 if there is none. */
  final long settledEpoch;

  final long failedAtMs;
  final String errorClass;
  final String errorMessage;
  private @Nullable Lease holder;

  private SingleMessage(
      long sequence,
      long chunk,
      int offset,
      int size,
      long storedAtMs,
      MessageId id,
      long keyHash,
      int attempts,
      long dueMs,
      int priority,
      long settledEpoch,
      long failedAtMs,
      String errorClass,
      String errorMessage) {
    this.sequence = sequence;
    this.chunk = chunk;
    this.offset = offset;
    this.size = size;
    this.storedAtMs = storedAtMs;
    this.id = id;
    this.keyHash = keyHash;
    this.attempts = attempts;
    this.dueMs = dueMs;
    this.priority = priority;
    this.settledEpoch = settledEpoch;
    this.failedAtMs = failedAtMs;
    this.errorClass = errorClass;
    this.errorMessage = errorMessage;
  }

  /**
   * A message that was never handed out.
   *
   * @param record lies in the chunk
   */
  static SingleMessage of(
      long sequence, long chunk, int offset, MessageRecord record, long storedAtMs) {
    return new SingleMessage(
        sequence,
        chunk,
        offset,
        record.size(),
        storedAtMs,
        record.id(),
        record.keyHash(),
        0,
        Math.max(record.notBeforeMs(), firstDueMs(record)),
        priority(record),
        0,
        0,
        "",
        "");
  }

  private static int priority(MessageRecord record) {
    return record.has(MessageRecord.FLAG_KEY) ? 0 : record.priority();
  }

  /** What has priority is due from its start, and the sooner the higher it is. */
  private static long firstDueMs(MessageRecord record) {
    return priority(record) == 0 ? 0 : Message.PRIORITY_MAX - priority(record);
  }

  /** Its number in its destination. */
  public long sequence() {
    return sequence;
  }

  /** Its identity. */
  public MessageId id() {
    return id;
  }

  /** The chunk its record lies in. */
  public long chunk() {
    return chunk;
  }

  /** Where in the chunk. */
  public int offset() {
    return offset;
  }

  /** When it was stored, milliseconds since the epoch. */
  public long storedAtMs() {
    return storedAtMs;
  }

  /** Attempts that failed. */
  public int attempts() {
    return attempts;
  }

  /** When it may be delivered, milliseconds since the epoch. */
  public long dueMs() {
    return dueMs;
  }

  /** What kind of failure was the last; empty if none. */
  public String errorClass() {
    return errorClass;
  }

  /** The last failure, for people. */
  public String errorMessage() {
    return errorMessage;
  }

  /** When it last failed, milliseconds since the epoch; 0 if never. */
  public long failedAtMs() {
    return failedAtMs;
  }

  /**
   * The same message after a further failure.
   *
   * @param epoch of the lease that this settles; 0 if it was lost, not settled
   * @param counts whether that was an attempt
   */
  SingleMessage failed(
      long newDueMs, long epoch, boolean counts, long atMs, String newClass, String message) {
    return new SingleMessage(
        sequence,
        chunk,
        offset,
        size,
        storedAtMs,
        id,
        keyHash,
        counts ? attempts + 1 : attempts,
        newDueMs,
        priority,
        Math.max(epoch, settledEpoch),
        atMs,
        newClass,
        message);
  }

  /** The same message as another destination's. */
  SingleMessage movedTo(long newSequence, long newDueMs) {
    return new SingleMessage(
        newSequence,
        chunk,
        offset,
        size,
        storedAtMs,
        id,
        keyHash,
        attempts,
        newDueMs,
        priority,
        settledEpoch,
        failedAtMs,
        errorClass,
        errorMessage);
  }

  /** The same message with a fresh start. */
  SingleMessage redriven(long newDueMs) {
    return new SingleMessage(
        sequence,
        chunk,
        offset,
        size,
        storedAtMs,
        id,
        keyHash,
        0,
        newDueMs,
        priority,
        settledEpoch,
        failedAtMs,
        errorClass,
        errorMessage);
  }

  /** Whether it is due from its start, sooner than others because of its priority. */
  boolean isByPriority() {
    return priority > 0 && dueMs <= Message.PRIORITY_MAX;
  }

  /** Whether it may have been handed out before: then all before it of its key were done. */
  boolean hasFailed() {
    return failedAtMs != 0;
  }

  @Nullable Lease holder() {
    return holder;
  }

  void holder(@Nullable Lease lease) {
    holder = lease;
  }

  /** The value in {@link Table#DELAYED} and {@link Table#DEAD_LETTERS}. */
  byte[] encode() {
    return new ValueWriter(VERSION)
        .i64(chunk)
        .i32(offset)
        .i32(size)
        .i64(storedAtMs)
        .i64(id.high())
        .i64(id.low())
        .i64(keyHash)
        .i32(attempts)
        .i64(dueMs)
        .u8(priority)
        .i64(settledEpoch)
        .i64(failedAtMs)
        .text(errorClass)
        .text(errorMessage)
        .done();
  }

  /** Reads {@link #encode}'s value. */
  static SingleMessage decode(Table table, long sequence, byte[] value) {
    ValueReader in = new ValueReader(table, value, OLDEST_VERSION, VERSION);
    return new SingleMessage(
        sequence,
        in.i64(),
        in.i32(),
        in.i32(),
        in.i64(),
        new MessageId(in.i64(), in.i64()),
        in.i64(),
        in.i32(),
        in.i64(),
        in.version() >= 2 ? in.u8() : 0,
        in.i64(),
        in.i64(),
        in.text(),
        in.text());
  }
}
