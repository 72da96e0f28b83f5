package io.parley.protocol.codec;

import static io.parley.protocol.WireLimits.CONTENT_TYPE_MAX_BYTES;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.parley.protocol.MalformedFrameException;
import io.parley.protocol.frame.FrameType;
import io.parley.protocol.model.BytePool;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.Payload;
import io.parley.protocol.model.PooledBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of one frame after the other, in order. Every method names its field, so that a
 * {@link MalformedFrameException} can.
 *
 * <p>Nothing is allocated for a length or count before the frame has been seen to hold it.
 */
final class WireReader {
  private static final byte[] NO_BYTES = new byte[0];
  private static final int RECORD_MIN_BYTES = MessageRecord.FIXED_BYTES + 1;

  private final @Nullable BytePool pool;
  private ByteBuf in = Unpooled.EMPTY_BUFFER;
  private FrameType type = FrameType.PING;
  private int end;

  /**
   * A reader.
   *
   * @param pool for records that are stored and then let go of; null for none
   */
  WireReader(@Nullable BytePool pool) {
    this.pool = pool;
  }

  /**
   * Reads the next {@code length} bytes, a frame of a type.
   *
   * @param length at most what the buffer holds
   * @return this reader
   */
  WireReader start(ByteBuf buffer, int length, FrameType frameType) {
    in = buffer;
    type = frameType;
    end = in.readerIndex() + length;
    return this;
  }

  int u8(String field) {
    need(field, 1);
    return in.readUnsignedByte();
  }

  boolean flag(String field) {
    int value = u8(field);
    if (value > 1) {
      throw wrong(field, value, "0 or 1");
    }
    return value == 1;
  }

  int u16(String field) {
    need(field, 2);
    return in.readUnsignedShort();
  }

  /** A number whose bits alone matter, such as a consumer's. */
  int bits32(String field) {
    need(field, 4);
    return in.readInt();
  }

  /** An amount. */
  int u32(String field, int min, int max) {
    need(field, 4);
    long value = in.readUnsignedInt();
    if (value < min || value > max) {
      throw wrong(field, value, min + " to " + max);
    }
    return (int) value;
  }

  /** A number whose bits alone matter, such as a lease epoch. */
  long bits64(String field) {
    need(field, 8);
    return in.readLong();
  }

  /** A number from {@code min} to 2^63 - 1. */
  long i64(String field, long min) {
    need(field, 8);
    long value = in.readLong();
    if (value < min) {
      throw wrong(field, value, min + " to " + Long.MAX_VALUE);
    }
    return value;
  }

  MessageId id(String field) {
    need(field, 16);
    return new MessageId(in.readLong(), in.readLong());
  }

  String str8(String field) {
    return text(field, u8(field));
  }

  /** A media type; an empty text stands for none. */
  @Nullable String contentType() {
    int length = u8("content type");
    if (length > CONTENT_TYPE_MAX_BYTES) {
      throw wrong("content type", length + " bytes", "0 to " + CONTENT_TYPE_MAX_BYTES);
    }
    return length == 0 ? null : text("content type", length);
  }

  String str16(String field, int maxBytes) {
    int length = u16(field);
    if (length > maxBytes) {
      throw wrong(field, length + " bytes", "0 to " + maxBytes);
    }
    return text(field, length);
  }

  byte[] bytes32(String field) {
    return bytes(field, length32(field));
  }

  /** A media type and the bytes of it, where they stand next to each other. */
  Payload payload(String field) {
    String contentType = contentType();
    return payload(contentType, bytes32(field));
  }

  static Payload payload(@Nullable String contentType, byte[] bytes) {
    return contentType == null && bytes.length == 0
        ? Payload.EMPTY
        : new Payload(contentType, bytes);
  }

  /** Records after their own length field. */
  MessageBatch records32(int count) {
    int length = length32("records");
    checkRecords(count, length);
    return count == 0 ? MessageBatch.EMPTY : MessageBatch.of(bytes("records", length), count);
  }

  /** Records that take what is left of the frame, in an array of the pool. */
  MessageBatch recordsToEnd(int count) {
    int length = end - in.readerIndex();
    checkRecords(count, length);
    if (pool == null) {
      return MessageBatch.of(bytes("records", length), count);
    }
    PooledBytes bytes = pool.take(length);
    in.readBytes(bytes.array(), 0, length);
    return new MessageBatch(bytes.array(), 0, length, count, bytes);
  }

  private void checkRecords(int count, int length) {
    if (!canHold(length, count)) {
      throw wrong("records", length + " bytes", recordBytesExpected(count));
    }
  }

  /** Whether so many bytes can be so many records: the least that is to be known before a look. */
  static boolean canHold(int length, int count) {
    return count == 0 ? length == 0 : length >= (long) count * RECORD_MIN_BYTES;
  }

  static String recordBytesExpected(int count) {
    return count == 0 ? "0 for no messages" : RECORD_MIN_BYTES + " or more for each of " + count;
  }

  <T> List<T> list16(String field, int maxCount, Function<WireReader, T> element) {
    int count = u16(field);
    if (count > maxCount) {
      throw wrong(field, count, "0 to " + maxCount);
    }
    if (count < 2) {
      return count == 0 ? List.of() : List.of(element.apply(this));
    }
    List<T> list = new ArrayList<>(Math.min(count, end - in.readerIndex()));
    for (int i = 0; i < count; i++) {
      list.add(element.apply(this));
    }
    return Collections.unmodifiableList(list);
  }

  /** Checks that the frame ends here. */
  void finish() {
    int left = end - in.readerIndex();
    if (left > 0) {
      throw wrong("bytes after the last field", left, "0");
    }
    in = Unpooled.EMPTY_BUFFER;
  }

  /** What to throw for a field with a value that isn't accepted. */
  MalformedFrameException wrong(String field, Object value, String expected) {
    return new MalformedFrameException(
        type + " " + field + ": " + value + " (expected: " + expected + ")");
  }

  private int length32(String field) {
    need(field, 4);
    long length = in.readUnsignedInt();
    int left = end - in.readerIndex();
    if (length > left) {
      throw wrong(field, length + " bytes", "0 to " + left + ", what is left of the frame");
    }
    return (int) length;
  }

  private byte[] bytes(String field, int length) {
    need(field, length);
    if (length == 0) {
      return NO_BYTES;
    }
    byte[] bytes = new byte[length];
    in.readBytes(bytes);
    return bytes;
  }

  /**
   * Refuses what isn't UTF-8 rather than replacing it: a replacement is longer than what it
   * replaces, so the text might not fit the frame it is passed on in.
   */
  private String text(String field, int length) {
    if (length == 0) {
      return "";
    }
    byte[] bytes = bytes(field, length);
    String text = new String(bytes, UTF_8);
    if (text.indexOf('\uFFFD') >= 0 && !Arrays.equals(text.getBytes(UTF_8), bytes)) {
      throw wrong(field, length + " bytes that are not UTF-8", "UTF-8");
    }
    return text;
  }

  private void need(String field, int bytes) {
    int left = end - in.readerIndex();
    if (left < bytes) {
      throw wrong(field, left + " bytes left of the frame", String.valueOf(bytes));
    }
  }
}
