package io.parley.protocol.model;

import org.jspecify.annotations.Nullable;

/**
 * Message records back to back, as they travel and as they are stored.
 *
 * @param bytes the array the records are in; shared, never changed
 * @param offset where the first record starts
 * @param length bytes of all records
 * @param count how many records
 * @param source what the array goes back to when all who hold it {@link #release} it; null if it is
 *     nobody else's
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record MessageBatch(
    byte[] bytes, int offset, int length, int count, @Nullable PooledBytes source) {
  /** No messages. */
  public static final MessageBatch EMPTY = new MessageBatch(new byte[0], 0, 0, 0);

  /** Checks that the records are inside the array. */
  public MessageBatch {
    if (offset < 0 || length < 0 || length > bytes.length - offset || count < 0) {
      throw new IllegalArgumentException(
          "batch: "
              + count
              + " messages in "
              + length
              + " bytes from "
              + offset
              + " (expected: 0 or more inside an array of "
              + bytes.length
              + " bytes)");
    }
  }

  /** A batch in an array that is used by nobody else afterwards. */
  public MessageBatch(byte[] bytes, int offset, int length, int count) {
    this(bytes, offset, length, count, null);
  }

  /** A batch that fills its array. */
  public static MessageBatch of(byte[] records, int count) {
    return new MessageBatch(records, 0, records.length, count);
  }

  /** The batch is over for one who held its bytes; others may write to them from now on. */
  public void release() {
    if (source != null) {
      source.release();
    }
  }

  /** A batch of one encoded message. */
  public static MessageBatch single(Message message) {
    return of(MessageRecord.encode(message), 1);
  }
}
