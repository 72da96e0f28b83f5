package io.parley.engine.destination;

import io.parley.engine.group.ValueReader;
import io.parley.engine.group.ValueWriter;
import io.parley.engine.store.Table;
import org.jspecify.annotations.Nullable;

/**
 * A message that is in no run (any more) and has an entry of its own: it waits for its time, or is
 * a dead letter. This is for the rare; most messages live and end in a run.
 */
public final class SingleMessage {
  private static final int VERSION = 1;

  final long sequence;
  final long chunk;
  final int offset;
  final int size;
  final long storedAtMs;
  final long keyHash;
  final int attempts;
  final long dueMs;
  final String errorClass;
  final String errorMessage;
  final long failedAtMs;
  private @Nullable Lease holder;

  SingleMessage(
      long sequence,
      long chunk,
      int offset,
      int size,
      long storedAtMs,
      long keyHash,
      int attempts,
      long dueMs,
      String errorClass,
      String errorMessage,
      long failedAtMs) {
    this.sequence = sequence;
    this.chunk = chunk;
    this.offset = offset;
    this.size = size;
    this.storedAtMs = storedAtMs;
    this.keyHash = keyHash;
    this.attempts = attempts;
    this.dueMs = dueMs;
    this.errorClass = errorClass;
    this.errorMessage = errorMessage;
    this.failedAtMs = failedAtMs;
  }

  /** Its number in its destination. */
  public long sequence() {
    return sequence;
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

  /** The same message after a further failure. */
  SingleMessage failed(int newAttempts, long newDueMs, String newClass, String message, long atMs) {
    return new SingleMessage(
        sequence,
        chunk,
        offset,
        size,
        storedAtMs,
        keyHash,
        newAttempts,
        newDueMs,
        newClass,
        message,
        atMs);
  }

  /** The same message as another destination's. */
  SingleMessage movedTo(long newSequence) {
    return new SingleMessage(
        newSequence,
        chunk,
        offset,
        size,
        storedAtMs,
        keyHash,
        attempts,
        dueMs,
        errorClass,
        errorMessage,
        failedAtMs);
  }

  /** The same message with a fresh start. */
  SingleMessage redriven(long nowMs) {
    return new SingleMessage(
        sequence,
        chunk,
        offset,
        size,
        storedAtMs,
        keyHash,
        0,
        nowMs,
        errorClass,
        errorMessage,
        failedAtMs);
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
        .i64(keyHash)
        .i32(attempts)
        .i64(dueMs)
        .text(errorClass)
        .text(errorMessage)
        .i64(failedAtMs)
        .done();
  }

  /** Reads {@link #encode}'s value. */
  static SingleMessage decode(Table table, long sequence, byte[] value) {
    ValueReader in = new ValueReader(table, value, VERSION);
    return new SingleMessage(
        sequence, in.i64(), in.i32(), in.i32(), in.i64(), in.i64(), in.i32(), in.i64(), in.text(),
        in.text(), in.i64());
  }
}
