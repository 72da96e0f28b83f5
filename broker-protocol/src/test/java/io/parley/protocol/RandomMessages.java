package io.parley.protocol;

import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Messages and their parts with random values inside the limits. */
public final class RandomMessages {
  private static final String NAME_CHARACTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

  private RandomMessages() {}

  /** A message with each optional field or not. */
  public static Message message(Random random) {
    return message(random, random.nextInt(MessageRecord.FLAGS_KNOWN + 1));
  }

  /** A message whose record has exactly these flags. */
  public static Message message(Random random, int flags) {
    return new Message(
        id(random),
        MessageKind.ofCode(1 + random.nextInt(3)),
        name(random),
        has(flags, MessageRecord.FLAG_KEY) ? text(random, 1, WireLimits.KEY_MAX_BYTES) : null,
        has(flags, MessageRecord.FLAG_CORRELATION) ? id(random) : null,
        has(flags, MessageRecord.FLAG_CAUSATION) ? id(random) : null,
        has(flags, MessageRecord.FLAG_NOT_BEFORE) ? positive(random) : 0,
        has(flags, MessageRecord.FLAG_EXPIRES) ? positive(random) : 0,
        has(flags, MessageRecord.FLAG_PRIORITY) ? 1 + random.nextInt(Message.PRIORITY_MAX) : 0,
        has(flags, MessageRecord.FLAG_DEDUP),
        has(flags, MessageRecord.FLAG_TRACK_OUTCOME),
        has(flags, MessageRecord.FLAG_CONTENT_TYPE)
            ? text(random, 1, WireLimits.CONTENT_TYPE_MAX_BYTES)
            : null,
        has(flags, MessageRecord.FLAG_HEADERS) ? headers(random) : Map.of(),
        bytes(random, 300));
  }

  /** A batch of records back to back that fills its array. */
  public static MessageBatch batch(Random random, int count) {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      records.writeBytes(MessageRecord.encode(message(random)));
    }
    return count == 0 ? MessageBatch.EMPTY : MessageBatch.of(records.toByteArray(), count);
  }

  /** An id. */
  public static MessageId id(Random random) {
    return new MessageId(random.nextLong(), random.nextLong());
  }

  /** A name of 1 to 200 characters, short more often than long. */
  public static String name(Random random) {
    int length = 1 + random.nextInt(random.nextInt(8) == 0 ? WireLimits.NAME_MAX_CHARS : 20);
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < length; i++) {
      name.append(NAME_CHARACTERS.charAt(random.nextInt(NAME_CHARACTERS.length())));
    }
    return name.toString();
  }

  /** A text with characters of one to four bytes. */
  public static String text(Random random, int minBytes, int maxBytes) {
    int target = minBytes + random.nextInt(maxBytes - minBytes + 1);
    StringBuilder text = new StringBuilder();
    int bytes = 0;
    while (bytes < target) {
      String character = character(random);
      int size = character.getBytes(StandardCharsets.UTF_8).length;
      if (bytes + size > target) {
        text.append("x".repeat(target - bytes));
        break;
      }
      text.append(character);
      bytes += size;
    }
    return text.toString();
  }

  private static String character(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> "ä";
      case 1 -> "€";
      case 2 -> "\uD83D\uDE00";
      case 3 -> "\uFFFD";
      default -> String.valueOf((char) (' ' + random.nextInt(95)));
    };
  }

  /** Up to so many bytes. */
  public static byte[] bytes(Random random, int max) {
    byte[] bytes = new byte[random.nextInt(max + 1)];
    random.nextBytes(bytes);
    return bytes;
  }

  /** A number from 1 to 2^63 - 1, of any magnitude. */
  public static long positive(Random random) {
    return Math.max(1, random.nextLong() >>> (1 + random.nextInt(63)));
  }

  private static Map<String, String> headers(Random random) {
    int count = 1 + random.nextInt(random.nextInt(10) == 0 ? WireLimits.HEADERS_MAX : 4);
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      headers.put(i + text(random, 1, 100), text(random, 0, 60));
    }
    return headers;
  }

  private static boolean has(int flags, int flag) {
    return (flags & flag) != 0;
  }
}
