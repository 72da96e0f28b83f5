package io.parley.protocol.model;

/**
 * Message records back to back, as they travel and as they are stored.
 *
 * @param bytes the array the records are in; shared, never changed
 * @param offset where the first record starts
 * @param length bytes of all records
 * @param count how many records
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record MessageBatch(byte[] bytes, int offset, int length, int count) {
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

  /** A batch that fills its array. */
  public static MessageBatch of(byte[] records, int count) {
    return new MessageBatch(records, 0, records.length, count);
  }

  /** A batch of one encoded message. */
  public static MessageBatch single(Message message) {
    return of(MessageRecord.encode(message), 1);
  }
}
