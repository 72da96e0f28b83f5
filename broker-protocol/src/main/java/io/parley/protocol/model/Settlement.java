package io.parley.protocol.model;

import org.jspecify.annotations.Nullable;

/**
 * What a consumer says of messages delivered to it: one entry of a SETTLE frame, whose first byte
 * says which. Sequences are those of the DELIVER frame.
 */
public sealed interface Settlement {
  /** The lease epoch the messages were delivered with. */
  long epoch();

  /** Sequence of the (first) message. */
  long sequence();

  /** Done. {@code u8 1, u64 epoch, u64 first, u32 count}. */
  record Complete(long epoch, long sequence, int count) implements Settlement {}

  /**
   * Done, with a result, and with messages that become durable in the same commit. {@code u8 2, u64
   * epoch, u64 sequence, u8 has result, [str8 content type, bytes32 result], u32 count, bytes32
   * records}.
   *
   * @param result null where there is none
   * @param emitted events and commands, mixed
   */
  record CompleteWith(long epoch, long sequence, @Nullable Payload result, MessageBatch emitted)
      implements Settlement {}

  /**
   * Refused for good; commands only. {@code u8 3, u64 epoch, u64 sequence, str8 code, str16
   * reason}.
   */
  record Reject(long epoch, long sequence, String code, String reason) implements Settlement {}

  /**
   * An attempt failed. {@code u8 4, u64 epoch, u64 sequence, u8 final, str8 error class, str16
   * message, i64 retry after ms}.
   *
   * @param isFinal dead-letter it now: no retry can help (undecodable, unhandled type)
   * @param retryAfterMs -1 for the queue's back-off
   */
  record Fail(
      long epoch,
      long sequence,
      boolean isFinal,
      String errorClass,
      String message,
      long retryAfterMs)
      implements Settlement {}

  /** Given back untouched and uncounted. {@code u8 5, u64 epoch, u64 first, u32 count}. */
  record Release(long epoch, long sequence, int count) implements Settlement {}

  /**
   * Keeps the lease from now on. {@code u8 6, u64 epoch, u64 first, u32 count, u32 lease ms}.
   *
   * @param leaseMs how long from now, 1 or more
   */
  record Extend(long epoch, long sequence, int count, int leaseMs) implements Settlement {}
}
