package io.parley.server.trace;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.engine.intake.CausedMessage;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A message of a conversation as it lies in a file.
 *
 * <pre>
 *   u32 crc32c of the rest · u16 bytes of the rest · id · correlation id · causation id, zeroes for none
 *   · u8 kind · i64 stored at · type
 * </pre>
 */
final class TraceEntry {
  private static final int HEAD_BYTES = 6;
  private static final int FIXED_BYTES = 3 * 16 + 1 + 8;
  private static final MessageKind[] KINDS = MessageKind.values();
  private static final MessageId NONE = new MessageId(0, 0);

  private TraceEntry() {}

  static void write(CausedMessage message, ByteBuffer out) {
    byte[] type = message.type().getBytes(UTF_8);
    int start = out.position();
    out.position(start + Integer.BYTES);
    out.putShort((short) (FIXED_BYTES + type.length));
    put(out, message.id());
    put(out, message.correlationId());
    MessageId cause = message.causationId();
    put(out, cause == null ? NONE : cause);
    out.put((byte) message.kind().ordinal()).putLong(message.storedAtMs()).put(type);
    out.putInt(start, crc(out, start + Integer.BYTES, out.position()));
  }

  private static void put(ByteBuffer out, MessageId id) {
    out.putLong(id.high()).putLong(id.low());
  }

  private static int crc(ByteBuffer bytes, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate().limit(to).position(from));
    return (int) crc.getValue();
  }

  /** Most bytes that an entry takes. */
  static int bytesMax(CausedMessage message) {
    return HEAD_BYTES + FIXED_BYTES + 4 * message.type().length();
  }

  /** The next one; null if what is left is none, because it isn't whole or is damaged. */
  static @Nullable CausedMessage read(ByteBuffer in) {
    int start = in.position();
    if (in.remaining() < HEAD_BYTES + FIXED_BYTES) {
      return null;
    }
    int crc = in.getInt();
    int length = in.getShort() & 0xFFFF;
    int end = start + HEAD_BYTES + length;
    if (length < FIXED_BYTES || end > in.limit() || crc(in, start + Integer.BYTES, end) != crc) {
      in.position(start);
      return null;
    }
    MessageId id = id(in);
    MessageId correlationId = id(in);
    MessageId causationId = id(in);
    int kind = in.get();
    if (kind < 0 || kind >= KINDS.length) {
      in.position(start);
      return null;
    }
    long storedAtMs = in.getLong();
    byte[] type = new byte[length - FIXED_BYTES];
    in.get(type);
    return new CausedMessage(
        id,
        correlationId,
        causationId.equals(NONE) ? null : causationId,
        KINDS[kind],
        new String(type, UTF_8),
        storedAtMs);
  }

  private static MessageId id(ByteBuffer in) {
    return new MessageId(in.getLong(), in.getLong());
  }
}
