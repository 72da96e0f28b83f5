package io.parley.engine.group;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.engine.store.DamagedDataException;
import io.parley.engine.store.StoreException;
import io.parley.engine.store.Table;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.function.Function;

/**
 * Reads what {@link ValueWriter} wrote.
 *
 * <p>A value of another version or one that ends early is damage or a newer Parley's: it is refused
 * by a {@link StoreException} that names the table, never guessed at.
 */
public final class ValueReader {
  private final Table table;
  private final ByteBuffer bytes;
  private final int version;

  /** Starts reading a value of a table, whose version must be this one. */
  public ValueReader(Table table, byte[] value, int version) {
    this(table, value, version, version);
  }

  /** Starts reading a value of a table, whose version must be one of these. */
  public ValueReader(Table table, byte[] value, int oldest, int newest) {
    this.table = table;
    this.bytes = ByteBuffer.wrap(value);
    this.version = u8();
    if (version < oldest || version > newest) {
      throw new DamagedDataException(
          "table "
              + table
              + ": value of format version "
              + version
              + " (expected: "
              + (oldest == newest ? "" : oldest + " to ")
              + newest
              + ")");
    }
  }

  /** The value's format version. */
  public int version() {
    return version;
  }

  /** One byte. */
  public int u8() {
    need(1);
    return bytes.get() & 0xFF;
  }

  /** Two bytes. */
  public int u16() {
    need(2);
    return bytes.getShort() & 0xFFFF;
  }

  /** Four bytes. */
  public int i32() {
    need(4);
    return bytes.getInt();
  }

  /** Eight bytes. */
  public long i64() {
    need(8);
    return bytes.getLong();
  }

  /** UTF-8 after its length. */
  public String text() {
    return new String(bytes(), UTF_8);
  }

  /** Bytes after their length. */
  public byte[] bytes() {
    int length = i32();
    need(length);
    byte[] value = new byte[length];
    try {
      bytes.get(value);
    } catch (BufferUnderflowException e) {
      throw new DamagedDataException("table " + table + ": value ends early", e);
    }
    return value;
  }

  /** A count of things that follow, each of at least so many bytes. */
  public int count(int bytesEach) {
    int count = i32();
    if (count < 0 || count > bytes.remaining() / bytesEach) {
      throw damaged("count: " + count + " (expected: 0 to " + bytes.remaining() / bytesEach + ")");
    }
    return count;
  }

  /** What something that was read stands for. If it can't stand for anything, that is damage. */
  public <V, M> M meaning(V value, Function<V, M> meaning) {
    try {
      return meaning.apply(value);
    } catch (IllegalArgumentException e) {
      throw new DamagedDataException("table " + table + ": " + e.getMessage(), e);
    }
  }

  /** The value was read, and can't be what was written. */
  public DamagedDataException damaged(String what) {
    return new DamagedDataException("table " + table + ": " + what);
  }

  private void need(int count) {
    if (count < 0 || bytes.remaining() < count) {
      throw new DamagedDataException(
          "table " + table + ": value ends " + (count - bytes.remaining()) + " bytes early");
    }
  }
}
