package io.parley.protocol.model;

import org.jspecify.annotations.Nullable;

/**
 * Bytes with their media type: a result, an answer.
 *
 * @param contentType media type, or null where the sender gave none
 * @param bytes the bytes; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Payload(@Nullable String contentType, byte[] bytes) {
  /** Nothing. */
  public static final Payload EMPTY = new Payload(null, new byte[0]);

  /** Whether there are no bytes. */
  public boolean isEmpty() {
    return bytes.length == 0;
  }
}
