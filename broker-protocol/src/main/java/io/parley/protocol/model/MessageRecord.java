package io.parley.protocol.model;

import static io.parley.protocol.WireLimits.CONTENT_TYPE_MAX_BYTES;
import static io.parley.protocol.WireLimits.HEADERS_MAX;
import static io.parley.protocol.WireLimits.HEADER_NAME_MAX_BYTES;
import static io.parley.protocol.WireLimits.HEADER_VALUE_MAX_BYTES;
import static io.parley.protocol.WireLimits.KEY_MAX_BYTES;
import static io.parley.protocol.WireLimits.MESSAGE_HARD_MAX_BYTES;
import static io.parley.protocol.WireLimits.NAME_MAX_CHARS;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A message's encoded form: written once by the sender's client, stored as it came, pushed as it
 * was stored. All numbers are big-endian.
 *
 * <pre>
 *   0   u32   length       bytes of the record after this field
 *   4   u32   crc32c       of all bytes from offset 8 to the record's end
 *   8   u8    version      1
 *   9   u8    kind         1 command, 2 event, 3 query
 *   10  u16   flags        which optional fields follow, and two wishes (see the constants)
 *   12  16    id
 *   28  u8+n  type
 *   then, each only with its flag and in this order:
 *       u8+n  ordering key           16 correlation id      16 causation id
 *       i64   not before (ms)        i64 expires at (ms)    u8 priority
 *       u8+n  content type
 *       u8    header count, each u8+n name and u16+n value
 *   then the body, to the record's end
 * </pre>
 *
 * <p>A message has one encoded form: a field that says no more than its absence would (a time or
 * priority of 0, an empty key or content type, no headers) is left out, its flag with it. Texts are
 * UTF-8. Of a header named twice the last counts.
 *
 * <p>An instance is a reusable view of one record inside an array: {@link #wrap} moves it, nothing
 * is allocated. Not safe for use by several threads at once.
 */
public final class MessageRecord {
  /** The version this build writes and reads. */
  public static final int VERSION = 1;

  /** An ordering key is there. */
  public static final int FLAG_KEY = 1;

  /** A correlation id is there. */
  public static final int FLAG_CORRELATION = 1 << 1;

  /** A causation id is there. */
  public static final int FLAG_CAUSATION = 1 << 2;

  /** A time before which it isn't delivered is there. */
  public static final int FLAG_NOT_BEFORE = 1 << 3;

  /** A time after which it isn't delivered is there. */
  public static final int FLAG_EXPIRES = 1 << 4;

  /** A priority other than 0 is there. */
  public static final int FLAG_PRIORITY = 1 << 5;

  /** A content type is there. */
  public static final int FLAG_CONTENT_TYPE = 1 << 6;

  /** Headers are there. */
  public static final int FLAG_HEADERS = 1 << 7;

  /** Wish: drop a second message of this id inside the window. */
  public static final int FLAG_DEDUP = 1 << 8;

  /** Wish: keep the outcome of a completed command too. */
  public static final int FLAG_TRACK_OUTCOME = 1 << 9;

  /** All flags of this version. */
  public static final int FLAGS_KNOWN = (1 << 10) - 1;

  /** Bytes before the type's name: the smallest record is one more, its one-letter type. */
  public static final int FIXED_BYTES = 29;

  private static final byte[] NOTHING = {};
  private static final int MIN_BYTES = FIXED_BYTES + 1;
  private static final int FLAGS_WITHOUT_FIELD = FLAG_DEDUP | FLAG_TRACK_OUTCOME;

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private byte[] bytes = NOTHING;
  private int offset;

  /**
   * Points this view at the record that starts here. Reads nothing yet; {@link #check} does.
   *
   * @return this view
   */
  public MessageRecord wrap(byte[] array, int at) {
    bytes = array;
    offset = at;
    return this;
  }

  /** Points this view at nothing: a view that is kept doesn't keep its last array. */
  public void letGo() {
    bytes = NOTHING;
    offset = 0;
  }

  /** The array the record is in. */
  public byte[] array() {
    return bytes;
  }

  /** Where the record starts. */
  public int offset() {
    return offset;
  }

  /** All bytes of the record, its length field included. */
  public int size() {
    return 4 + (int) INT.get(bytes, offset);
  }

  /** Where the next record starts. */
  public int end() {
    return offset + size();
  }

  /** The kind's byte, as {@link MessageKind#code()}. */
  public int kindCode() {
    return bytes[offset + 9];
  }

  /** The kind. */
  public MessageKind kind() {
    return MessageKind.ofCode(kindCode());
  }

  /** The flags. */
  public int flags() {
    return unsignedShort(offset + 10);
  }

  /** Whether a flag is set. */
  public boolean has(int flag) {
    return (flags() & flag) != 0;
  }

  /** First half of the id. */
  public long idHigh() {
    return (long) LONG.get(bytes, offset + 12);
  }

  /** Second half of the id. */
  public long idLow() {
    return (long) LONG.get(bytes, offset + 20);
  }

  /** The id. */
  public MessageId id() {
    return new MessageId(idHigh(), idLow());
  }

  /** Where the type's name starts in the array. */
  public int typeOffset() {
    return offset + FIXED_BYTES;
  }

  /** Bytes of the type's name, which is ASCII. */
  public int typeLength() {
    return bytes[offset + 28] & 0xFF;
  }

  /** The type's name. */
  public String type() {
    return new String(bytes, typeOffset(), typeLength(), UTF_8);
  }

  /** Whether the type's name is this one, in ASCII: without making strings. */
  public boolean hasTypeOf(byte[] name) {
    int from = typeOffset();
    return Arrays.equals(bytes, from, from + typeLength(), name, 0, name.length);
  }

  /** The ordering key, or null. */
  public @Nullable String key() {
    if (!has(FLAG_KEY)) {
      return null;
    }
    int at = typeOffset() + typeLength();
    return new String(bytes, at + 1, bytes[at] & 0xFF, UTF_8);
  }

  /**
   * A 64-bit FNV-1a hash of the ordering key, finished with SplitMix64's mixer; 0 where there is no
   * key. Two keys of one hash are merely handled one after the other.
   */
  public long keyHash() {
    if (!has(FLAG_KEY)) {
      return 0;
    }
    int at = typeOffset() + typeLength();
    int end = at + 1 + (bytes[at] & 0xFF);
    long hash = 0xcbf29ce484222325L;
    for (int i = at + 1; i < end; i++) {
      hash = (hash ^ (bytes[i] & 0xFF)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
    hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
    hash ^= hash >>> 31;
    return hash == 0 ? 1 : hash;
  }

  /** Earliest handling in milliseconds since the epoch, or 0. */
  public long notBeforeMs() {
    return has(FLAG_NOT_BEFORE) ? (long) LONG.get(bytes, at(FLAG_NOT_BEFORE)) : 0;
  }

  /** Latest start of handling in milliseconds since the epoch, or 0. */
  public long expiresAtMs() {
    return has(FLAG_EXPIRES) ? (long) LONG.get(bytes, at(FLAG_EXPIRES)) : 0;
  }

  /** 0 to {@link Message#PRIORITY_MAX}, the highest. */
  public int priority() {
    return has(FLAG_PRIORITY) ? bytes[at(FLAG_PRIORITY)] : 0;
  }

  /** The conversation, or null. */
  public @Nullable MessageId correlationId() {
    return has(FLAG_CORRELATION) ? idAt(at(FLAG_CORRELATION)) : null;
  }

  /** The message that caused this one, or null. */
  public @Nullable MessageId causationId() {
    return has(FLAG_CAUSATION) ? idAt(at(FLAG_CAUSATION)) : null;
  }

  /** Where the body starts in the array; it reaches to {@link #end}. */
  public int bodyOffset() {
    return at(FLAGS_KNOWN + 1);
  }

  /** The whole message; its body is a copy. */
  public Message toMessage() {
    int flags = flags();
    int body = bodyOffset();
    return new Message(
        id(),
        kind(),
        type(),
        key(),
        correlationId(),
        causationId(),
        notBeforeMs(),
        expiresAtMs(),
        priority(),
        (flags & FLAG_DEDUP) != 0,
        (flags & FLAG_TRACK_OUTCOME) != 0,
        contentType(),
        headers(),
        Arrays.copyOfRange(bytes, body, end()));
  }

  /**
   * Checks that a whole record lies inside the array's first {@code limit} bytes and that every
   * field is as the layout says, so that no other method fails. The checksum is {@link #isIntact}'s
   * business.
   *
   * @throws IllegalArgumentException saying what is wrong with which value
   */
  public void check(int limit) {
    if (limit - offset < MIN_BYTES) {
      throw wrong("record", (limit - offset) + " bytes left", "at least " + MIN_BYTES);
    }
    int size = size();
    if (size < MIN_BYTES || size > limit - offset) {
      throw wrong(
          "record length",
          Integer.toUnsignedString(size - 4),
          (MIN_BYTES - 4) + " to " + (limit - offset - 4));
    }
    if (bytes[offset + 8] != VERSION) {
      throw wrong("record version", bytes[offset + 8] & 0xFF, String.valueOf(VERSION));
    }
    if (kindCode() < 1 || kindCode() > 3) {
      throw wrong("message kind", kindCode() & 0xFF, "1, 2 or 3");
    }
    if ((flags() & ~FLAGS_KNOWN) != 0) {
      throw wrong(
          "record flags",
          "0x" + Integer.toHexString(flags()),
          "within 0x" + Integer.toHexString(FLAGS_KNOWN));
    }
    int end = offset + size;
    checkType(end);
    if ((flags() & ~FLAGS_WITHOUT_FIELD) != 0) {
      checkOptionalFields(end);
    }
  }

  private void checkType(int end) {
    int length = typeLength();
    if (length == 0 || length > NAME_MAX_CHARS) {
      throw wrong("type name", length + " bytes", "1 to " + NAME_MAX_CHARS);
    }
    if (length > end - typeOffset()) {
      throw endsInside("type name");
    }
    for (int i = typeOffset(), to = i + length; i < to; i++) {
      if (!Names.isAllowed(bytes[i])) {
        Names.require("type", type());
      }
    }
  }

  private void checkOptionalFields(int end) {
    int flags = flags();
    int at = typeOffset() + typeLength();
    if ((flags & FLAG_KEY) != 0) {
      at = checkShortText("ordering key", at, end, KEY_MAX_BYTES);
    }
    at = checkFixedOptionalFields(flags, at, end);
    if ((flags & FLAG_CONTENT_TYPE) != 0) {
      at = checkShortText("content type", at, end, CONTENT_TYPE_MAX_BYTES);
    }
    if ((flags & FLAG_HEADERS) != 0) {
      checkHeaders(at, end);
    }
  }

  private int checkFixedOptionalFields(int flags, int from, int end) {
    int to = from + fixedOptionalBytes(flags);
    if (to > end) {
      throw endsInside("ids, times or priority");
    }
    if ((flags & FLAG_NOT_BEFORE) != 0 && notBeforeMs() <= 0) {
      throw wrong("not before", notBeforeMs() + " ms", "1 or more where its flag is set");
    }
    if ((flags & FLAG_EXPIRES) != 0 && expiresAtMs() <= 0) {
      throw wrong("expires at", expiresAtMs() + " ms", "1 or more where its flag is set");
    }
    if ((flags & FLAG_PRIORITY) != 0) {
      int priority = bytes[to - 1] & 0xFF;
      if (priority == 0 || priority > Message.PRIORITY_MAX) {
        throw wrong(
            "priority", priority, "1 to " + Message.PRIORITY_MAX + " where its flag is set");
      }
    }
    return to;
  }

  private void checkHeaders(int from, int end) {
    if (from >= end) {
      throw endsInside("headers");
    }
    int count = bytes[from] & 0xFF;
    if (count == 0 || count > HEADERS_MAX) {
      throw wrong("headers", count, "1 to " + HEADERS_MAX + " where their flag is set");
    }
    int at = from + 1;
    for (int i = 0; i < count; i++) {
      at = checkShortText("header name", at, end, HEADER_NAME_MAX_BYTES);
      if (end - at < 2) {
        throw endsInside("header value");
      }
      int length = unsignedShort(at);
      if (length > HEADER_VALUE_MAX_BYTES) {
        throw wrong("header value", length + " bytes", "0 to " + HEADER_VALUE_MAX_BYTES);
      }
      at = checkUtf8("header value", at + 2, length, end);
    }
  }

  /** Checks a text of one byte's length; returns where it ends. */
  private int checkShortText(String what, int at, int end, int max) {
    if (at >= end) {
      throw endsInside(what);
    }
    int length = bytes[at] & 0xFF;
    if (length == 0 || length > max) {
      throw wrong(what, length + " bytes", "1 to " + max);
    }
    return checkUtf8(what, at + 1, length, end);
  }

  private int checkUtf8(String what, int from, int length, int end) {
    if (length > end - from) {
      throw endsInside(what);
    }
    for (int i = from; i < from + length; i++) {
      if (bytes[i] < 0) {
        byte[] again = new String(bytes, from, length, UTF_8).getBytes(UTF_8);
        if (!Arrays.equals(again, 0, again.length, bytes, from, from + length)) {
          throw wrong(what, length + " bytes that are not UTF-8", "UTF-8");
        }
        break;
      }
    }
    return from + length;
  }

  private IllegalArgumentException endsInside(String what) {
    return wrong(
        what,
        "the record of "
            + size()
            + " bytes with flags 0x"
            + Integer.toHexString(flags())
            + " ends inside",
        "the whole of it");
  }

  private static IllegalArgumentException wrong(String what, Object value, String expected) {
    return new IllegalArgumentException(what + ": " + value + " (expected: " + expected + ")");
  }

  /** Whether the stored checksum is that of the bytes. */
  public boolean isIntact() {
    return (int) INT.get(bytes, offset + 4) == checksum(bytes, offset + 8, size() - 8);
  }

  /** CRC32C (Castagnoli, RFC 3720 appendix B.4) of a range. */
  static int checksum(byte[] array, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(array, from, length);
    return (int) crc.getValue();
  }

  /** Bytes of the optional fields between the key and the content type. */
  private static int fixedOptionalBytes(int flags) {
    return ((flags & FLAG_CORRELATION) != 0 ? 16 : 0)
        + ((flags & FLAG_CAUSATION) != 0 ? 16 : 0)
        + ((flags & FLAG_NOT_BEFORE) != 0 ? 8 : 0)
        + ((flags & FLAG_EXPIRES) != 0 ? 8 : 0)
        + ((flags & FLAG_PRIORITY) != 0 ? 1 : 0);
  }

  /** Where the optional field of this flag starts; for a flag past all, where the body starts. */
  private int at(int flag) {
    int flags = flags() & (flag - 1);
    int at = typeOffset() + typeLength();
    if ((flags & FLAG_KEY) != 0) {
      at += 1 + (bytes[at] & 0xFF);
    }
    at += fixedOptionalBytes(flags);
    if ((flags & FLAG_CONTENT_TYPE) != 0) {
      at += 1 + (bytes[at] & 0xFF);
    }
    return (flags & FLAG_HEADERS) != 0 ? afterHeaders(at) : at;
  }

  private int afterHeaders(int from) {
    int at = from + 1;
    for (int left = bytes[from] & 0xFF; left > 0; left--) {
      at += 1 + (bytes[at] & 0xFF);
      at += 2 + unsignedShort(at);
    }
    return at;
  }

  private int unsignedShort(int at) {
    return (short) SHORT.get(bytes, at) & 0xFFFF;
  }

  private MessageId idAt(int at) {
    return new MessageId((long) LONG.get(bytes, at), (long) LONG.get(bytes, at + 8));
  }

  /** Media type of the body, or null. */
  public @Nullable String contentType() {
    if (!has(FLAG_CONTENT_TYPE)) {
      return null;
    }
    int at = at(FLAG_CONTENT_TYPE);
    return new String(bytes, at + 1, bytes[at] & 0xFF, UTF_8);
  }

  /** The value of a header, the last of that name; null if there is none. */
  @Nullable String header(byte[] name) {
    String value = null;
    if (has(FLAG_HEADERS)) {
      int at = at(FLAG_HEADERS);
      for (int left = bytes[at++] & 0xFF; left > 0; left--) {
        int from = at + 1;
        int to = from + (bytes[at] & 0xFF);
        int length = unsignedShort(to);
        if (Arrays.equals(bytes, from, to, name, 0, name.length)) {
          value = new String(bytes, to + 2, length, UTF_8);
        }
        at = to + 2 + length;
      }
    }
    return value;
  }

  /** The headers, in a map of their own. */
  public Map<String, String> headers() {
    if (!has(FLAG_HEADERS)) {
      return Map.of();
    }
    int at = at(FLAG_HEADERS);
    int count = bytes[at++] & 0xFF;
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      String name = new String(bytes, at + 1, bytes[at] & 0xFF, UTF_8);
      at += 1 + (bytes[at] & 0xFF);
      int length = unsignedShort(at);
      headers.put(name, new String(bytes, at + 2, length, UTF_8));
      at += 2 + length;
    }
    return headers;
  }

  /**
   * Encodes a message.
   *
   * @return a new array that holds exactly the record
   * @throws IllegalArgumentException if a field is over its limit
   */
  public static byte[] encode(Message message) {
    byte[] type = message.type().getBytes(UTF_8);
    byte[] key =
        message.key() == null ? null : bounded("ordering key", message.key(), KEY_MAX_BYTES);
    byte[] contentType =
        message.contentType() == null
            ? null
            : bounded("content type", message.contentType(), CONTENT_TYPE_MAX_BYTES);
    byte[][] headers = encodedHeaders(message.headers());
    int flags = flagsOf(message);
    int size =
        sizeWithin(
            MESSAGE_HARD_MAX_BYTES,
            FIXED_BYTES
                + type.length
                + (key == null ? 0 : 1 + key.length)
                + fixedOptionalBytes(flags)
                + (contentType == null ? 0 : 1 + contentType.length)
                + headersSize(headers),
            message.body().length);
    byte[] out = new byte[size];
    INT.set(out, 0, size - 4);
    out[8] = VERSION;
    out[9] = (byte) message.kind().code();
    SHORT.set(out, 10, (short) flags);
    putId(out, 12, message.id());
    int at = putShort(out, 28, type);
    if (key != null) {
      at = putShort(out, at, key);
    }
    at = putFixedOptional(out, at, message);
    if (contentType != null) {
      at = putShort(out, at, contentType);
    }
    at = putHeaders(out, at, headers);
    System.arraycopy(message.body(), 0, out, at, message.body().length);
    INT.set(out, 4, checksum(out, 8, size - 8));
    return out;
  }

  private static int flagsOf(Message message) {
    return (message.key() != null ? FLAG_KEY : 0)
        | (message.correlationId() != null ? FLAG_CORRELATION : 0)
        | (message.causationId() != null ? FLAG_CAUSATION : 0)
        | (message.notBeforeMs() != 0 ? FLAG_NOT_BEFORE : 0)
        | (message.expiresAtMs() != 0 ? FLAG_EXPIRES : 0)
        | (message.priority() != 0 ? FLAG_PRIORITY : 0)
        | (message.contentType() != null ? FLAG_CONTENT_TYPE : 0)
        | (message.headers().isEmpty() ? 0 : FLAG_HEADERS)
        | (message.dedupById() ? FLAG_DEDUP : 0)
        | (message.trackOutcome() ? FLAG_TRACK_OUTCOME : 0);
  }

  private static int putFixedOptional(byte[] out, int from, Message message) {
    int at = from;
    if (message.correlationId() != null) {
      at = putId(out, at, message.correlationId());
    }
    if (message.causationId() != null) {
      at = putId(out, at, message.causationId());
    }
    if (message.notBeforeMs() != 0) {
      LONG.set(out, at, message.notBeforeMs());
      at += 8;
    }
    if (message.expiresAtMs() != 0) {
      LONG.set(out, at, message.expiresAtMs());
      at += 8;
    }
    if (message.priority() != 0) {
      out[at++] = (byte) message.priority();
    }
    return at;
  }

  private static int putId(byte[] out, int at, MessageId id) {
    LONG.set(out, at, id.high());
    LONG.set(out, at + 8, id.low());
    return at + 16;
  }

  private static int putShort(byte[] out, int at, byte[] text) {
    out[at] = (byte) text.length;
    System.arraycopy(text, 0, out, at + 1, text.length);
    return at + 1 + text.length;
  }

  /** Names and values by turns. */
  private static byte[][] encodedHeaders(Map<String, String> headers) {
    if (headers.size() > HEADERS_MAX) {
      throw wrong("headers", headers.size(), "0 to " + HEADERS_MAX);
    }
    byte[][] encoded = new byte[2 * headers.size()][];
    int i = 0;
    for (Map.Entry<String, String> header : headers.entrySet()) {
      byte[] value = header.getValue().getBytes(UTF_8);
      if (value.length > HEADER_VALUE_MAX_BYTES) {
        throw wrong(
            "value of header '" + header.getKey() + "'",
            value.length + " bytes",
            "0 to " + HEADER_VALUE_MAX_BYTES);
      }
      encoded[i++] = bounded("header name", header.getKey(), HEADER_NAME_MAX_BYTES);
      encoded[i++] = value;
    }
    return encoded;
  }

  private static int headersSize(byte[][] headers) {
    int size = headers.length == 0 ? 0 : 1;
    for (int i = 0; i < headers.length; i += 2) {
      size += 1 + headers[i].length + 2 + headers[i + 1].length;
    }
    return size;
  }

  private static int putHeaders(byte[] out, int from, byte[][] headers) {
    if (headers.length == 0) {
      return from;
    }
    out[from] = (byte) (headers.length / 2);
    int at = from + 1;
    for (int i = 0; i < headers.length; i += 2) {
      at = putShort(out, at, headers[i]);
      byte[] value = headers[i + 1];
      SHORT.set(out, at, (short) value.length);
      System.arraycopy(value, 0, out, at + 2, value.length);
      at += 2 + value.length;
    }
    return at;
  }

  private static int sizeWithin(int max, int headBytes, int bodyBytes) {
    if (bodyBytes > max - headBytes) {
      throw wrong("message", ((long) headBytes + bodyBytes) + " bytes", "up to " + max);
    }
    return headBytes + bodyBytes;
  }

  private static byte[] bounded(String what, String text, int max) {
    byte[] encoded = text.getBytes(UTF_8);
    if (encoded.length == 0 || encoded.length > max) {
      throw wrong(what, encoded.length + " bytes", "1 to " + max);
    }
    return encoded;
  }
}
