package io.parley.systemtests.fuzz;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.parley.protocol.codec.FrameEncoder;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.Payload;
import io.parley.protocol.model.Settlement;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;

/**
 * What a client that went mad might say: requests of all kinds about few things, so that they meet,
 * with some bytes changed in some of them.
 */
final class RandomTalk {
  private static final int NAMES = 4;
  private static final int NUMBERS = 5;
  private static final int HEADER_BYTES = 9;

  /** Small, so that a sound frame rarely waits. */
  private static final int WAIT_MS_MAX = 20;

  private final Random random;
  private final Mutator mutator;
  private final List<MessageId> ids = new ArrayList<>();
  private final List<Push.Deliver> deliveries = new ArrayList<>();
  private final List<Push.Question> questions = new ArrayList<>();
  private byte[] last = {};
  private long sequence = 1;

  RandomTalk(Random random) {
    this.random = random;
    this.mutator = new Mutator(random);
    for (int i = 0; i < 16; i++) {
      ids.add(new MessageId(random.nextLong(), random.nextLong()));
    }
  }

  /** What the broker said, to come back to. */
  void heard(Frame frame) {
    if (frame instanceof Push.Deliver delivery) {
      keep(deliveries, delivery);
    } else if (frame instanceof Push.Question question) {
      keep(questions, question);
    }
  }

  private static <T> void keep(List<T> known, T one) {
    if (known.size() == 16) {
      known.remove(0);
    }
    known.add(one);
  }

  /** The next frame's bytes; in one of {@code soundness} cases they are changed. */
  byte[] next(int soundness) {
    byte[] sound = bytes(request());
    byte[] other = last;
    last = sound;
    if (random.nextInt(soundness) != 0) {
      return sound;
    }
    if (random.nextInt(3) != 0) {
      byte[] touched = mutator.touch(sound, HEADER_BYTES);
      if (random.nextBoolean()) {
        mendChecksum(touched);
      }
      return touched;
    }
    byte[] changed = mutator.change(sound, random.nextInt(8) == 0 ? 0 : HEADER_BYTES, other);
    if (changed.length >= HEADER_BYTES && random.nextInt(8) != 0) {
      ByteBuffer.wrap(changed).putInt(0, changed.length - Integer.BYTES);
      if (random.nextBoolean()) {
        mendChecksum(changed);
      }
    }
    return changed;
  }

  /** So that what is behind the checksum is looked at: of the first record, if that is one. */
  private static void mendChecksum(byte[] frame) {
    for (int at : new int[] {17, 25, 29}) {
      if (frame.length < at + MessageRecord.FIXED_BYTES) {
        return;
      }
      int length = ByteBuffer.wrap(frame).getInt(at);
      if (length > MessageRecord.FIXED_BYTES - 4 && length <= frame.length - at - 4) {
        CRC32C crc = new CRC32C();
        crc.update(frame, at + 8, length - 4);
        ByteBuffer.wrap(frame).putInt(at + 4, (int) crc.getValue());
      }
    }
  }

  static byte[] bytes(Request request) {
    ByteBuf out = Unpooled.buffer();
    FrameEncoder.encode(request, out);
    return ByteBufUtil.getBytes(out);
  }

  private Request request() {
    int correlation = 1 + random.nextInt(1 << 20);
    int number = 1 + random.nextInt(NUMBERS);
    return switch (random.nextInt(20)) {
      case 0, 1, 2, 3 -> new Request.Send(correlation, sequence(), batch(MessageKind.COMMAND));
      case 4, 5, 6 -> new Request.Publish(correlation, sequence(), batch(MessageKind.EVENT));
      case 7 ->
          new Request.Consume(
              correlation, number, "", List.of(type(MessageKind.COMMAND)), credit(), 0);
      case 8 ->
          new Request.Subscribe(
              correlation,
              number,
              random.nextBoolean() ? "" : "inbox" + random.nextInt(NAMES),
              List.of(random.nextInt(4) == 0 ? "fuzz.>" : type(MessageKind.EVENT)),
              credit(),
              random.nextBoolean() ? 0 : 1_000,
              random.nextInt(4) == 0 ? 0 : -1);
      case 9 -> new Request.Credit(correlation, number, 1 + credit());
      case 10 -> new Request.CloseConsumer(correlation, number);
      case 11, 12, 13, 14 ->
          new Request.Settle(correlation, number, random.nextInt(100), settlements());
      case 15 ->
          new Request.Respond(correlation, number, List.of(type(MessageKind.QUERY)), credit() + 1);
      case 16 -> new Request.Ask(correlation, 1 + random.nextInt(WAIT_MS_MAX), 0, 10, query());
      case 17 -> answer(correlation);
      case 18 -> new Request.GetOutcome(correlation, id(), random.nextInt(WAIT_MS_MAX));
      default ->
          switch (random.nextInt(4)) {
            case 0 -> new Request.CloseResponder(correlation, number);
            case 1 -> new Request.CancelAsk(correlation, 1 + random.nextInt(100));
            case 2 -> new Request.CancelCommand(correlation, id());
            default -> new Request.Ping(correlation);
          };
    };
  }

  private long sequence() {
    if (random.nextInt(10) == 0) {
      return 1 + random.nextInt(100);
    }
    return sequence;
  }

  private int credit() {
    return random.nextInt(20);
  }

  private MessageId id() {
    return ids.get(random.nextInt(ids.size()));
  }

  private String type(MessageKind kind) {
    return "fuzz." + kind + random.nextInt(NAMES);
  }

  private MessageBatch query() {
    return MessageBatch.single(message(MessageKind.QUERY));
  }

  private MessageBatch batch(MessageKind kind) {
    int count = 1 + random.nextInt(4);
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      records.writeBytes(MessageRecord.encode(message(kind)));
    }
    sequence += count;
    return MessageBatch.of(records.toByteArray(), count);
  }

  private Message message(MessageKind kind) {
    boolean isCommand = kind == MessageKind.COMMAND;
    MessageId id =
        random.nextInt(4) == 0 ? id() : new MessageId(random.nextLong(), random.nextLong());
    return new Message(
        id,
        kind,
        type(kind),
        random.nextInt(4) == 0 ? "key" + random.nextInt(NAMES) : null,
        random.nextInt(4) == 0 ? id() : null,
        random.nextInt(4) == 0 ? id() : null,
        random.nextInt(8) == 0 && isCommand ? System.currentTimeMillis() + 50 : 0,
        random.nextInt(4) == 0 && isCommand ? System.currentTimeMillis() + 500 : 0,
        random.nextInt(8) == 0 && isCommand ? 1 + random.nextInt(9) : 0,
        random.nextInt(4) == 0,
        random.nextBoolean() && isCommand,
        random.nextInt(4) == 0 ? "text/plain" : null,
        random.nextInt(4) == 0 ? Map.of("a", "b", "c", "") : Map.of(),
        new byte[random.nextInt(64)]);
  }

  private List<Settlement> settlements() {
    List<Settlement> settlements = new ArrayList<>();
    for (int left = 1 + random.nextInt(3); left > 0; left--) {
      settlements.add(settlement());
    }
    return settlements;
  }

  private Settlement settlement() {
    long epoch = random.nextInt(1_000);
    long at = random.nextInt(1_000);
    if (!deliveries.isEmpty() && random.nextInt(8) != 0) {
      Push.Deliver delivery = deliveries.get(random.nextInt(deliveries.size()));
      Push.Segment segment = delivery.segments().get(random.nextInt(delivery.segments().size()));
      epoch = delivery.epoch();
      at = segment.firstSequence() + random.nextInt(segment.batch().count() + 1);
    }
    return switch (random.nextInt(7)) {
      case 0, 1 -> new Settlement.Complete(epoch, at, 1 + random.nextInt(3));
      case 2 ->
          new Settlement.CompleteWith(
              epoch,
              at,
              Payload.EMPTY,
              batch(random.nextBoolean() ? MessageKind.EVENT : MessageKind.COMMAND));
      case 3 -> new Settlement.Reject(epoch, at, "NOT_ALLOWED_NOW", "why");
      case 4 -> new Settlement.Fail(epoch, at, random.nextBoolean(), "E", "no", 1);
      case 5 -> new Settlement.Release(epoch, at, 1 + random.nextInt(3));
      default -> new Settlement.Extend(epoch, at, 1, 1_000 + random.nextInt(10_000));
    };
  }

  private Request answer(int correlation) {
    long question =
        questions.isEmpty()
            ? random.nextInt(10)
            : questions.get(random.nextInt(questions.size())).question();
    return new Request.Answer(correlation, question, 200, 0, 10, -1, "", Payload.EMPTY);
  }
}
