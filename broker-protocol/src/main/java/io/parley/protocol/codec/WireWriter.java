package io.parley.protocol.codec;

import static io.parley.protocol.WireLimits.CONTENT_TYPE_MAX_BYTES;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.parley.protocol.frame.FrameType;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the fields of one frame in order, or, without a buffer, only checks and counts them: a
 * frame is measured and written by the same code, so the two can't differ. Every method that can
 * refuse names its field, so that the {@link IllegalArgumentException} can.
 */
final class WireWriter {
  private final FrameType type;
  private final int sharedTextBytes;
  private @Nullable ByteBuf out;
  private long size;
  private int sharedTextLeft;

  private WireWriter(FrameType type, int sharedTextBytes) {
    this.type = type;
    this.sharedTextBytes = sharedTextBytes;
    this.sharedTextLeft = sharedTextBytes;
  }

  /** A writer that only checks and counts. */
  static WireWriter counting(FrameType type, int sharedTextBytes) {
    return new WireWriter(type, sharedTextBytes);
  }

  /** Starts afresh, into a buffer; returns this writer. */
  WireWriter into(ByteBuf buffer) {
    out = buffer;
    size = 0;
    sharedTextLeft = sharedTextBytes;
    return this;
  }

  /** Bytes so far. */
  long size() {
    return size;
  }

  WireWriter u8(int value) {
    size += 1;
    if (out != null) {
      out.writeByte(value);
    }
    return this;
  }

  WireWriter flag(boolean value) {
    return u8(value ? 1 : 0);
  }

  WireWriter u16(String field, int value) {
    range(field, value, 0, 0xFFFF);
    size += 2;
    if (out != null) {
      out.writeShort(value);
    }
    return this;
  }

  /** A number whose bits alone matter, such as a consumer's. */
  WireWriter bits32(int value) {
    size += 4;
    if (out != null) {
      out.writeInt(value);
    }
    return this;
  }

  /** An amount. */
  WireWriter u32(String field, int value, int min, int max) {
    range(field, value, min, max);
    return bits32(value);
  }

  /** A number whose bits alone matter, such as a lease epoch. */
  WireWriter bits64(long value) {
    size += 8;
    if (out != null) {
      out.writeLong(value);
    }
    return this;
  }

  /** A number from {@code min} to 2^63 - 1. */
  WireWriter i64(String field, long value, long min) {
    range(field, value, min, Long.MAX_VALUE);
    return bits64(value);
  }

  WireWriter id(MessageId id) {
    return bits64(id.high()).bits64(id.low());
  }

  /** A text that must arrive as it is. */
  WireWriter str8(String field, String text) {
    return str8(field, text, 0xFF);
  }

  private WireWriter str8(String field, String text, int maxBytes) {
    int bytes = ByteBufUtil.utf8Bytes(text);
    if (bytes > maxBytes) {
      throw wrong(field, bytes + " bytes", "0 to " + maxBytes);
    }
    return u8(bytes).utf8(text, bytes);
  }

  /** A media type; none is written as an empty text. */
  WireWriter contentType(@Nullable String text) {
    return str8("content type", text == null ? "" : text, CONTENT_TYPE_MAX_BYTES);
  }

  /** A text for people; cut where it is too long. */
  WireWriter text8(String text, int maxBytes) {
    String cut = cut(text, maxBytes);
    int bytes = ByteBufUtil.utf8Bytes(cut);
    return u8(bytes).utf8(cut, bytes);
  }

  /** A text that must arrive as it is. */
  WireWriter str16(String field, String text, int maxBytes) {
    int bytes = ByteBufUtil.utf8Bytes(text);
    if (bytes > maxBytes) {
      throw wrong(field, bytes + " bytes", "0 to " + maxBytes);
    }
    return u16(field, bytes).utf8(text, bytes);
  }

  /** A text for people; cut where it is too long. */
  WireWriter text16(String field, String text, int maxBytes) {
    return str16(field, cut(text, maxBytes), maxBytes);
  }

  /** One of several texts that share the frame's allowance for them; cut where it is used up. */
  WireWriter sharedText16(String field, String text, int maxBytes) {
    String cut = cut(text, Math.min(maxBytes, sharedTextLeft));
    sharedTextLeft -= ByteBufUtil.utf8Bytes(cut);
    return str16(field, cut, maxBytes);
  }

  WireWriter bytes32(byte[] bytes) {
    return bits32(bytes.length).raw(bytes, 0, bytes.length);
  }

  /** Records after their own length field. */
  WireWriter records32(MessageBatch batch) {
    return bits32(batch.length()).records(batch);
  }

  /** A query, the one record of its frame. */
  WireWriter query32(MessageBatch query) {
    if (query.count() != 1) {
      throw wrong("records", query.count() + " messages", "1");
    }
    return records32(query);
  }

  /** Records alone: one copy, whatever their number. */
  WireWriter records(MessageBatch batch) {
    if (!WireReader.canHold(batch.length(), batch.count())) {
      throw wrong(
          "records", batch.length() + " bytes", WireReader.recordBytesExpected(batch.count()));
    }
    return raw(batch.bytes(), batch.offset(), batch.length());
  }

  <T> WireWriter list16(
      String field, List<T> list, int maxCount, BiConsumer<WireWriter, T> element) {
    if (list.size() > maxCount) {
      throw wrong(field, list.size(), "0 to " + maxCount);
    }
    u16(field, list.size());
    for (int i = 0; i < list.size(); i++) {
      element.accept(this, list.get(i));
    }
    return this;
  }

  /** What to throw for a field with a value that isn't accepted. */
  IllegalArgumentException wrong(String field, Object value, String expected) {
    return new IllegalArgumentException(
        type + " " + field + ": " + value + " (expected: " + expected + ")");
  }

  private WireWriter utf8(String text, int bytes) {
    size += bytes;
    if (out != null) {
      ByteBufUtil.reserveAndWriteUtf8(out, text, bytes);
    }
    return this;
  }

  private WireWriter raw(byte[] bytes, int offset, int length) {
    size += length;
    if (out != null) {
      out.writeBytes(bytes, offset, length);
    }
    return this;
  }

  private void range(String field, long value, long min, long max) {
    if (value < min || value > max) {
      throw wrong(field, value, min + " to " + max);
    }
  }

  /** The longest beginning of a text that takes at most so many bytes and splits no character. */
  private static String cut(String text, int maxBytes) {
    if (text.length() <= maxBytes / 3 || ByteBufUtil.utf8Bytes(text) <= maxBytes) {
      return text;
    }
    int bytes = 0;
    int end = 0;
    while (end < text.length()) {
      int codePoint = text.codePointAt(end);
      bytes += utf8Bytes(codePoint);
      if (bytes > maxBytes) {
        break;
      }
      end += Character.charCount(codePoint);
    }
    return text.substring(0, end);
  }

  private static int utf8Bytes(int codePoint) {
    if (codePoint < 0x80) {
      return 1;
    }
    if (codePoint < 0x800) {
      return 2;
    }
    if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
      return 1; // half a character becomes '?'
    }
    return codePoint < 0x10000 ? 3 : 4;
  }
}
