package io.parley.protocol.model;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * A message's identity: 128 bits, written as a UUID.
 *
 * @param high the first eight bytes
 * @param low the last eight bytes
 */
public record MessageId(long high, long low) implements Comparable<MessageId> {

  /**
   * Reads the form with dashes.
   *
   * @throws IllegalArgumentException naming the text if it is no UUID
   */
  public static MessageId parse(String text) {
    UUID uuid;
    try {
      uuid = UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(notAnId(text), e);
    }
    // UUID takes shorter groups too: without this, two texts could name one message.
    if (!uuid.toString().equalsIgnoreCase(text)) {
      throw new IllegalArgumentException(notAnId(text));
    }
    return new MessageId(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
  }

  private static String notAnId(String text) {
    return "message id: '" + text + "' (expected: a UUID, 8-4-4-4-12 hexadecimal digits)";
  }

  /**
   * The id of the n-th message that handling this message emits. The same parent and ordinal always
   * give the same id, so that a repeated handling emits no new messages.
   *
   * <p>A name-based UUID (RFC 9562, version 5: SHA-1 over the parent's 16 bytes and the ordinal's
   * 4).
   */
  public MessageId child(int ordinal) {
    byte[] hash = sha1(ByteBuffer.allocate(20).putLong(high).putLong(low).putInt(ordinal).array());
    ByteBuffer bytes = ByteBuffer.wrap(hash);
    long first = (bytes.getLong() & ~0xF000L) | 0x5000L;
    long second = (bytes.getLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
    return new MessageId(first, second);
  }

  private static byte[] sha1(byte[] input) {
    try {
      return MessageDigest.getInstance("SHA-1").digest(input);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }

  @Override
  public int compareTo(MessageId other) {
    int first = Long.compareUnsigned(high, other.high);
    return first != 0 ? first : Long.compareUnsigned(low, other.low);
  }

  @Override
  public String toString() {
    return new UUID(high, low).toString();
  }
}
