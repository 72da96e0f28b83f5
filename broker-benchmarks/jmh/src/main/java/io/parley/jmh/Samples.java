package io.parley.jmh;

import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The messages that are measured: as a client makes them, the same in every run. */
final class Samples {
  /** A command's type. */
  static final String COMMAND = "shop.cart.AddProductToCart";

  /** An event's type. */
  static final String EVENT = "shop.cart.ProductAddedToCart";

  /** Bytes of a body, where nothing else is said. */
  static final int BODY_BYTES = 100;

  private Samples() {}

  /** A message; its id and body follow from its number. */
  static Message message(
      MessageKind kind, String type, @Nullable String key, int bodyBytes, int number) {
    byte[] body = new byte[bodyBytes];
    SplittableRandom random = new SplittableRandom(number);
    random.nextBytes(body);
    return new Message(
        new MessageId(random.nextLong(), random.nextLong()),
        kind,
        type,
        key,
        null,
        null,
        0,
        0,
        0,
        false,
        false,
        null,
        Map.of(),
        body);
  }

  /** A command of the usual type and size. */
  static Message command(int number) {
    return message(MessageKind.COMMAND, COMMAND, null, BODY_BYTES, number);
  }

  /** Messages as a batch: those with the numbers from one on. */
  static MessageBatch batch(int first, int count, IntFunction<Message> numbered) {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    for (int number = first; number < first + count; number++) {
      records.writeBytes(MessageRecord.encode(numbered.apply(number)));
    }
    return MessageBatch.of(records.toByteArray(), count);
  }
}
