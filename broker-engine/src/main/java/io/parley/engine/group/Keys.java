package io.parley.engine.group;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.protocol.model.MessageId;
import java.nio.ByteBuffer;

/** How keys become bytes: big-endian, so that they sort as their numbers do. */
public final class Keys {
  private Keys() {}

  /** A name. */
  public static byte[] of(String name) {
    return name.getBytes(UTF_8);
  }

  /** A destination's number. */
  public static byte[] of(int destination) {
    return ByteBuffer.allocate(4).putInt(destination).array();
  }

  /** A position. */
  public static byte[] of(long position) {
    return ByteBuffer.allocate(8).putLong(position).array();
  }

  /** A message's identity. */
  public static byte[] of(MessageId id) {
    return ByteBuffer.allocate(16).putLong(id.high()).putLong(id.low()).array();
  }

  /** A message's identity, and a sequence that belongs to it. */
  public static byte[] of(MessageId id, long sequence) {
    return ByteBuffer.allocate(24).putLong(id.high()).putLong(id.low()).putLong(sequence).array();
  }

  /** A destination's sequence. */
  public static byte[] of(int destination, long sequence) {
    return ByteBuffer.allocate(12).putInt(destination).putLong(sequence).array();
  }

  /** A destination, something that orders, and a sequence. */
  public static byte[] of(int destination, long order, long sequence) {
    return ByteBuffer.allocate(20).putInt(destination).putLong(order).putLong(sequence).array();
  }

  /** A time, what it is about, and an id. */
  public static byte[] of(long timeMs, byte what, MessageId id) {
    return ByteBuffer.allocate(25)
        .putLong(timeMs)
        .put(what)
        .putLong(id.high())
        .putLong(id.low())
        .array();
  }

  /** The number at a place of a key. */
  public static long longAt(byte[] key, int at) {
    return ByteBuffer.wrap(key).getLong(at);
  }

  /** The number at a place of a key. */
  public static int intAt(byte[] key, int at) {
    return ByteBuffer.wrap(key).getInt(at);
  }

  /** The id at a place of a key. */
  public static MessageId idAt(byte[] key, int at) {
    return new MessageId(longAt(key, at), longAt(key, at + 8));
  }
}
