package io.parley.engine.group;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Builds a table's value: a format version, then fields in a fixed order, big-endian. */
public final class ValueWriter {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final int INITIAL_BYTES = 64;

  private byte[] bytes;
  private int size;

  /** Starts a value. */
  public ValueWriter(int version) {
    this(version, INITIAL_BYTES);
  }

  private ValueWriter(int version, int bytes) {
    this.bytes = new byte[bytes];
    u8(version);
  }

  /** Starts a value that has so many bytes besides its version: it isn't copied in the end. */
  public static ValueWriter sized(int version, int bytes) {
    return new ValueWriter(version, 1 + bytes);
  }

  /** One byte. */
  public ValueWriter u8(int value) {
    ensure(1);
    bytes[size++] = (byte) value;
    return this;
  }

  /** Two bytes. */
  public ValueWriter u16(int value) {
    return u8(value >>> 8).u8(value);
  }

  /** Four bytes. */
  public ValueWriter i32(int value) {
    ensure(4);
    INT.set(bytes, size, value);
    size += 4;
    return this;
  }

  /** Eight bytes. */
  public ValueWriter i64(long value) {
    ensure(8);
    LONG.set(bytes, size, value);
    size += 8;
    return this;
  }

  /** UTF-8 after its length in four bytes. */
  public ValueWriter text(String value) {
    return bytes(value.getBytes(UTF_8));
  }

  /** Bytes after their length in four bytes. */
  public ValueWriter bytes(byte[] value) {
    i32(value.length);
    ensure(value.length);
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
    return this;
  }

  /** The value; nothing may be added afterwards. */
  public byte[] done() {
    return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
  }

  private void ensure(int more) {
    if (size + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
    }
  }
}
