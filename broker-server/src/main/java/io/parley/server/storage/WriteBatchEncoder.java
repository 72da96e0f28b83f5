package io.parley.server.storage;

import java.util.Arrays;

/**
 * Collects changes in the very bytes RocksDB takes them in: a group's for the journal, whose replay
 * hands them over as they are, and those of old rows for the tables, so that they cross into native
 * code once, however many there are.
 *
 * <pre>
 * batch  := sequence:8 (zero; RocksDB sets it)  count:4 (little-endian)  record*
 * record := 0x01 key value     put
 *         | 0x00 key           delete
 * key, value := length:varint bytes
 * </pre>
 *
 * <p>Used again once cleared. One thread.
 */
final class WriteBatchEncoder {
  private static final int DELETE = 0x00;
  private static final int PUT = 0x01;

  private static final int COUNT_OFFSET = 8;
  private static final int HEADER_BYTES = 12;
  private static final int MAX_VARINT_BYTES = 5;
  private static final int INITIAL_BYTES = 16 << 10;

  /** What one large group made grow beyond this is given back afterwards. */
  private static final int KEPT_BYTES = 4 << 20;

  private byte[] buffer = new byte[INITIAL_BYTES];
  private int size = HEADER_BYTES;
  private int count;

  /** Forgets all changes. */
  void clear() {
    if (buffer.length > KEPT_BYTES) {
      buffer = new byte[INITIAL_BYTES];
    }
    size = HEADER_BYTES;
    count = 0;
  }

  /** Sets a key to a value. */
  void put(byte[] key, byte[] value) {
    reserve(2L * MAX_VARINT_BYTES + 1 + key.length + value.length);
    begin(PUT);
    write(key);
    write(value);
  }

  /** Removes a key. */
  void delete(byte[] key) {
    reserve((long) MAX_VARINT_BYTES + 1 + key.length);
    begin(DELETE);
    write(key);
  }

  boolean isEmpty() {
    return count == 0;
  }

  int sizeBytes() {
    return size;
  }

  /** How many changes there are. */
  int count() {
    return count;
  }

  /** The whole batch. */
  byte[] toBytes() {
    for (int i = 0; i < Integer.BYTES; i++) {
      buffer[COUNT_OFFSET + i] = (byte) (count >>> (8 * i));
    }
    return Arrays.copyOf(buffer, size);
  }

  private void begin(int operation) {
    buffer[size++] = (byte) operation;
    count++;
  }

  private void write(byte[] bytes) {
    writeVarint(bytes.length);
    System.arraycopy(bytes, 0, buffer, size, bytes.length);
    size += bytes.length;
  }

  private void writeVarint(int value) {
    int rest = value;
    while ((rest & ~0x7F) != 0) {
      buffer[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    buffer[size++] = (byte) rest;
  }

  private void reserve(long more) {
    long needed = size + more;
    if (needed > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "transaction: %d bytes (expected: less than 2 GiB)".formatted(needed));
    }
    if (needed > buffer.length) {
      long grown = Math.min(Math.max(needed, 2L * buffer.length), Integer.MAX_VALUE - 8);
      buffer = Arrays.copyOf(buffer, (int) grown);
    }
  }
}
