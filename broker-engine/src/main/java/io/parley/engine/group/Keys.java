package io.parley.engine.group;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.protocol.model.MessageId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** How keys become bytes: big-endian, so that they sort as their numbers do. */
public final class Keys {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private Keys() {}

  /** A name. */
  public static byte[] of(String name) {
    return name.getBytes(UTF_8);
  }

  /** A destination's number. */
  public static byte[] of(int destination) {
    byte[] key = new byte[4];
    INT.set(key, 0, destination);
    return key;
  }

  /** A position. */
  public static byte[] of(long position) {
    byte[] key = new byte[8];
    LONG.set(key, 0, position);
    return key;
  }

  /** A message's identity. */
  public static byte[] of(MessageId id) {
    byte[] key = new byte[16];
    LONG.set(key, 0, id.high());
    LONG.set(key, 8, id.low());
    return key;
  }

  /** A message's identity, and a sequence that belongs to it. */
  public static byte[] of(MessageId id, long sequence) {
    byte[] key = new byte[24];
    LONG.set(key, 0, id.high());
    LONG.set(key, 8, id.low());
    LONG.set(key, 16, sequence);
    return key;
  }

  /** A destination's sequence. */
  public static byte[] of(int destination, long sequence) {
    byte[] key = new byte[12];
    INT.set(key, 0, destination);
    LONG.set(key, 4, sequence);
    return key;
  }

  /** A destination, something that orders, and a sequence. */
  public static byte[] of(int destination, long order, long sequence) {
    byte[] key = new byte[20];
    INT.set(key, 0, destination);
    LONG.set(key, 4, order);
    LONG.set(key, 12, sequence);
    return key;
  }

  /** A time, and a message of a destination. */
  public static byte[] byTime(long timeMs, int destination, long sequence) {
    byte[] key = new byte[20];
    LONG.set(key, 0, timeMs);
    INT.set(key, 8, destination);
    LONG.set(key, 12, sequence);
    return key;
  }

  /** A time, what it is about, and an id. */
  public static byte[] of(long timeMs, byte what, MessageId id) {
    byte[] key = new byte[25];
    LONG.set(key, 0, timeMs);
    key[8] = what;
    LONG.set(key, 9, id.high());
    LONG.set(key, 17, id.low());
    return key;
  }

  /** The number at a place of a key. */
  public static long longAt(byte[] key, int at) {
    return (long) LONG.get(key, at);
  }

  /** The number at a place of a key. */
  public static int intAt(byte[] key, int at) {
    return (int) INT.get(key, at);
  }

  /** The id at a place of a key. */
  public static MessageId idAt(byte[] key, int at) {
    return new MessageId(longAt(key, at), longAt(key, at + 8));
  }
}
