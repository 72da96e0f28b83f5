package io.parley.protocol.model;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.parley.protocol.RandomMessages;
import io.parley.protocol.SeededRandom;
import io.parley.protocol.WireLimits;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageRecordTest {
  private static final MessageId ID = MessageId.parse("01933a80-7c00-7000-8000-0000000000a1");

  @Test
  void shouldBringBackEveryCombinationOfFields() {
    SeededRandom.forSeeds(
        MessageRecordTest.class,
        2,
        random -> {
          for (int flags = 0; flags <= MessageRecord.FLAGS_KNOWN; flags++) {
            Message message = RandomMessages.message(random, flags);

            byte[] encoded = MessageRecord.encode(message);
            MessageRecord record = checked(encoded);

            assertThat(record.flags()).isEqualTo(flags);
            assertThat(record.isIntact()).isTrue();
            assertThat(record.size()).isEqualTo(encoded.length);
            assertThat(record.toMessage()).usingRecursiveComparison().isEqualTo(message);
            assertThat(MessageRecord.encode(record.toMessage())).isEqualTo(encoded);
          }
        });
  }

  @Test
  void shouldReadEachFieldWithoutMakingAMessage() {
    Message message =
        new Message(
            ID,
            MessageKind.EVENT,
            "shop.cart.ProductAddedToCart",
            "cart-17",
            new MessageId(1, 2),
            new MessageId(3, 4),
            1_000,
            2_000,
            9,
            true,
            false,
            "text/plain",
            Map.of("tenant", "4711"),
            "body".getBytes(US_ASCII));

    MessageRecord record = checked(MessageRecord.encode(message));

    assertThat(record.kind()).isEqualTo(MessageKind.EVENT);
    assertThat(record.kindCode()).isEqualTo(2);
    assertThat(record.id()).isEqualTo(ID);
    assertThat(record.idHigh()).isEqualTo(ID.high());
    assertThat(record.idLow()).isEqualTo(ID.low());
    assertThat(record.type()).isEqualTo("shop.cart.ProductAddedToCart");
    assertThat(record.hasTypeOf("shop.cart.ProductAddedToCart".getBytes(US_ASCII))).isTrue();
    assertThat(record.hasTypeOf("shop.cart.ProductAddedToCar".getBytes(US_ASCII))).isFalse();
    assertThat(record.key()).isEqualTo("cart-17");
    assertThat(record.notBeforeMs()).isEqualTo(1_000);
    assertThat(record.expiresAtMs()).isEqualTo(2_000);
    assertThat(record.has(MessageRecord.FLAG_DEDUP)).isTrue();
    assertThat(record.has(MessageRecord.FLAG_TRACK_OUTCOME)).isFalse();
  }

  @Test
  void shouldReadWhatIsNotThereAsNothing() {
    MessageRecord record = checked(MessageRecord.encode(plain("t", new byte[0])));

    assertThat(record.size()).isEqualTo(MessageRecord.FIXED_BYTES + 1);
    assertThat(record.flags()).isZero();
    assertThat(record.key()).isNull();
    assertThat(record.keyHash()).isZero();
    assertThat(record.notBeforeMs()).isZero();
    assertThat(record.expiresAtMs()).isZero();
    assertThat(record.toMessage().headers()).isEmpty();
    assertThat(record.toMessage().body()).isEmpty();
  }

  @Test
  void shouldWalkRecordsBackToBackInsideALargerArray() {
    byte[] first = MessageRecord.encode(plain("first", new byte[3]));
    byte[] second = MessageRecord.encode(plain("second", new byte[5]));
    byte[] array =
        ByteBuffer.allocate(7 + first.length + second.length + 7)
            .position(7)
            .put(first)
            .put(second)
            .array();
    MessageRecord record = new MessageRecord().wrap(array, 7);

    record.check(array.length);
    assertThat(record.type()).isEqualTo("first");
    record.wrap(array, record.end());
    record.check(array.length - 7);
    assertThat(record.type()).isEqualTo("second");
    assertThat(record.isIntact()).isTrue();
    assertThat(record.toMessage().body()).hasSize(5);
    assertThat(record.end()).isEqualTo(array.length - 7);
    assertThat(record.offset()).isEqualTo(7 + first.length);
    assertThat(record.array()).isSameAs(array);
    assertThatThrownBy(() -> record.check(array.length - 8))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Computed with another implementation; queues on disk depend on it. */
  @ParameterizedTest
  @CsvSource({"cart-17, e659ad2e7462a560", "ä, e60a42a18e381bcd"})
  void shouldHashKeysForEverTheSame(String key, String expected) {
    assertThat(Long.toHexString(checked(encodedWithKey(key)).keyHash())).isEqualTo(expected);
  }

  @Test
  void shouldComputeTheChecksumOfTheStandard() {
    assertThat(MessageRecord.checksum("123456789".getBytes(US_ASCII), 0, 9)).isEqualTo(0xE3069283);
  }

  @Test
  void shouldNoticeEveryFlippedBit() {
    byte[] record = MessageRecord.encode(RandomMessages.message(new Random(1)));
    for (int bit = 4 * 8; bit < record.length * 8; bit++) {
      record[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(new MessageRecord().wrap(record, 0).isIntact()).as("bit %d", bit).isFalse();
      record[bit / 8] ^= (byte) (1 << (bit % 8));
    }
    assertThat(new MessageRecord().wrap(record, 0).isIntact()).isTrue();
  }

  @Test
  void shouldRefuseEveryTruncation() {
    SeededRandom.forSeeds(
        MessageRecordTest.class,
        50,
        random -> {
          byte[] record = MessageRecord.encode(RandomMessages.message(random));
          for (int length = 0; length < record.length; length++) {
            byte[] truncated = Arrays.copyOf(record, length);
            assertThatThrownBy(() -> checked(truncated))
                .isExactlyInstanceOf(IllegalArgumentException.class);
          }
        });
  }

  @Test
  void shouldRefuseEveryRecordCutInsideItsFields() {
    SeededRandom.forSeeds(
        MessageRecordTest.class,
        50,
        random -> {
          Message message = RandomMessages.message(random);
          byte[] record = MessageRecord.encode(message);
          int fieldsEnd = record.length - message.body().length;
          for (int length = 4; length < fieldsEnd; length++) {
            byte[] cut = Arrays.copyOf(record, length);
            ByteBuffer.wrap(cut).putInt(0, length - 4);
            assertThatThrownBy(() -> checked(cut))
                .isExactlyInstanceOf(IllegalArgumentException.class);
          }
        });
  }

  @Test
  void shouldNeverFailOtherwiseOnGarbage() {
    SeededRandom.forSeeds(
        MessageRecordTest.class,
        20_000,
        random -> {
          byte[] garbage = RandomMessages.bytes(random, 200);
          if (garbage.length > 12 && random.nextBoolean()) {
            ByteBuffer.wrap(garbage)
                .putInt(0, garbage.length - 4)
                .put(8, (byte) 1)
                .put(9, (byte) (1 + random.nextInt(3)))
                .putShort(10, (short) random.nextInt(MessageRecord.FLAGS_KNOWN + 1));
          }
          shouldBeRefusedOrWhole(garbage);
        });
  }

  @Test
  void shouldNeverFailOtherwiseOnADamagedRecord() {
    SeededRandom.forSeeds(
        MessageRecordTest.class,
        20_000,
        random -> {
          byte[] record = MessageRecord.encode(RandomMessages.message(random));
          for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
            int within = random.nextBoolean() ? record.length : Math.min(record.length, 80);
            record[random.nextInt(within)] ^= (byte) (1 << random.nextInt(8));
          }
          shouldBeRefusedOrWhole(record);
        });
  }

  /** What passes the check must be readable, and must be the one encoding of what is read. */
  private static void shouldBeRefusedOrWhole(byte[] bytes) {
    Throwable refusal = catchThrowable(() -> checked(bytes));
    if (refusal != null) {
      assertThat(refusal).isExactlyInstanceOf(IllegalArgumentException.class);
      return;
    }
    MessageRecord record = new MessageRecord().wrap(bytes, 0);
    record.isIntact();
    record.keyHash();
    Message message = record.toMessage();
    byte[] again = MessageRecord.encode(message);
    if (!record.has(MessageRecord.FLAG_HEADERS)) { // of a header named twice one is dropped
      assertThat(Arrays.copyOfRange(again, 8, again.length))
          .isEqualTo(Arrays.copyOfRange(bytes, 8, record.size()));
    }
  }

  @Test
  void shouldLetTheLastOfTwoHeadersOfOneNameCount() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("a", "first");
    headers.put("b", "last");
    byte[] record = MessageRecord.encode(withHeaders(headers));
    int second = record.length - "b".length() - 2 - "last".length();
    record[second] = 'a';

    assertThat(checked(record).toMessage().headers()).containsExactly(Map.entry("a", "last"));
  }

  @Test
  void shouldAcceptEveryFieldAtItsLimitAndNotOnePast() {
    assertThat(checked(encodedWithKey("k".repeat(200))).key()).hasSize(200);
    refused(() -> encodedWithKey("k".repeat(201)), "ordering key: 201 bytes (expected: 1 to 200)");
    refused(() -> encodedWithKey("ä".repeat(101)), "ordering key: 202 bytes (expected: 1 to 200)");
    refused(() -> encodedWithKey(""), "ordering key: empty (expected: absent or 1 to 200 bytes)");

    assertThat(encodedWithContentType("c".repeat(200))).hasSize(231);
    refused(
        () -> encodedWithContentType("c".repeat(201)),
        "content type: 201 bytes (expected: 1 to 200)");
    refused(() -> encodedWithContentType(""), "content type: 0 bytes (expected: 1 to 200)");

    assertThat(checked(MessageRecord.encode(plain("t".repeat(200), new byte[0]))).type())
        .hasSize(200);
    refused(
        () -> plain("t".repeat(201), new byte[0]),
        "type name: 201 characters ('tttttttttttttttttttt…') (expected: 1 to 200)");
  }

  @Test
  void shouldAcceptHeadersAtTheirLimitsAndNotOnePast() {
    Map<String, String> most = new LinkedHashMap<>();
    for (int i = 0; i < 64; i++) {
      most.put("h" + i, "v".repeat(4_096));
    }
    assertThat(checked(MessageRecord.encode(withHeaders(most))).toMessage().headers())
        .isEqualTo(most);
    most.put("h64", "");
    refused(() -> MessageRecord.encode(withHeaders(most)), "headers: 65 (expected: 0 to 64)");

    assertThatCode(() -> checked(MessageRecord.encode(withHeaders(Map.of("n".repeat(200), "")))))
        .doesNotThrowAnyException();
    refused(
        () -> MessageRecord.encode(withHeaders(Map.of("n".repeat(201), ""))),
        "header name: 201 bytes (expected: 1 to 200)");
    refused(
        () -> MessageRecord.encode(withHeaders(Map.of("", ""))),
        "header name: 0 bytes (expected: 1 to 200)");
    refused(
        () -> MessageRecord.encode(withHeaders(Map.of("n", "v".repeat(4_097)))),
        "value of header 'n': 4097 bytes (expected: 0 to 4096)");
  }

  @Test
  void shouldAcceptTheLargestMessageAndNotOneByteMore() {
    int body = WireLimits.MESSAGE_HARD_MAX_BYTES - MessageRecord.FIXED_BYTES - 1;
    assertThat(MessageRecord.encode(plain("t", new byte[body])))
        .hasSize(WireLimits.MESSAGE_HARD_MAX_BYTES);
    refused(
        () -> MessageRecord.encode(plain("t", new byte[body + 1])),
        "message: 16777217 bytes (expected: up to 16777216)");
  }

  @Test
  void shouldRefuseNumbersOutsideTheirRange() {
    refused(() -> withNumbers(0, 0, 10), "priority: 10 (expected: 0 to 9)");
    refused(() -> withNumbers(0, 0, -1), "priority: -1 (expected: 0 to 9)");
    refused(() -> withNumbers(-1, 0, 0), "not before: -1 ms (expected: 0 or more)");
    refused(() -> withNumbers(0, -1, 0), "expires at: -1 ms (expected: 0 or more)");
  }

  /** What only another implementation's encoder would write. */
  @Test
  void shouldNameWhatIsWrongWithARecord() {
    byte[] keyed = encodedWithKey("key");
    int key = MessageRecord.FIXED_BYTES + 1;
    refusedWith(keyed, 8, 2, "record version: 2 (expected: 1)");
    refusedWith(keyed, 8, 0xFF, "record version: 255 (expected: 1)");
    refusedWith(keyed, 9, 4, "message kind: 4 (expected: 1, 2 or 3)");
    refusedWith(keyed, 9, 0xFF, "message kind: 255 (expected: 1, 2 or 3)");
    refusedWith(keyed, 10, 0x04, "record flags: 0x401 (expected: within 0x3ff)");
    refusedWith(keyed, 0, 0xFF, "record length: 4278190110 (expected: 26 to 30)");
    refusedWith(keyed, 3, 25, "record length: 25 (expected: 26 to 30)");
    refusedWith(keyed, 28, 0, "type name: 0 bytes (expected: 1 to 200)");
    refusedWith(keyed, 28, 201, "type name: 201 bytes (expected: 1 to 200)");
    refusedWith(
        keyed,
        28,
        6,
        "type name: the record of 34 bytes with flags 0x1 ends inside (expected: the whole of it)");
    refusedWith(
        keyed, 29, ' ', "type name: ' ' has ' ' at position 1 (expected: only A-Z a-z 0-9 . _ -)");
    refusedWith(keyed, key, 0, "ordering key: 0 bytes (expected: 1 to 200)");
    refusedWith(keyed, key, 201, "ordering key: 201 bytes (expected: 1 to 200)");
    refusedWith(
        keyed,
        key,
        4,
        "ordering key: the record of 34 bytes with flags 0x1 ends inside"
            + " (expected: the whole of it)");
    refusedWith(keyed, key + 1, 0xFF, "ordering key: 3 bytes that are not UTF-8 (expected: UTF-8)");
  }

  @Test
  void shouldRefuseAFlagWhoseFieldSaysNothing() {
    byte[] numbers = MessageRecord.encode(withNumbers(1, 1, 1));
    int at = MessageRecord.FIXED_BYTES + 1;
    refusedWith(numbers, at + 7, 0, "not before: 0 ms (expected: 1 or more where its flag is set)");
    refusedWith(
        numbers, at + 15, 0, "expires at: 0 ms (expected: 1 or more where its flag is set)");
    refusedWith(numbers, at + 16, 0, "priority: 0 (expected: 1 to 9 where its flag is set)");
    refusedWith(numbers, at + 16, 200, "priority: 200 (expected: 1 to 9 where its flag is set)");

    byte[] headers = MessageRecord.encode(withHeaders(Map.of("n", "v")));
    refusedWith(headers, at, 0, "headers: 0 (expected: 1 to 64 where their flag is set)");
    refusedWith(headers, at, 65, "headers: 65 (expected: 1 to 64 where their flag is set)");
    refusedWith(headers, at + 1, 0, "header name: 0 bytes (expected: 1 to 200)");
    refusedWith(headers, at + 3, 0x20, "header value: 8193 bytes (expected: 0 to 4096)");
    refusedWith(
        headers, at + 5, 0xC0, "header value: 1 bytes that are not UTF-8 (expected: UTF-8)");

    byte[] contentType = encodedWithContentType("c");
    refusedWith(contentType, at, 0, "content type: 0 bytes (expected: 1 to 200)");
    refusedWith(contentType, at, 201, "content type: 201 bytes (expected: 1 to 200)");
  }

  private static void refusedWith(byte[] record, int at, int value, String expected) {
    byte[] changed = record.clone();
    changed[at] = (byte) value;
    refused(() -> checked(changed), expected);
  }

  private static void refused(ThrowingCallable call, String expected) {
    assertThatThrownBy(call)
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage(expected);
  }

  private static MessageRecord checked(byte[] bytes) {
    MessageRecord record = new MessageRecord().wrap(bytes, 0);
    record.check(bytes.length);
    return record;
  }

  private static byte[] encodedWithKey(String key) {
    return MessageRecord.encode(message("t", key, 0, 0, 0, null, Map.of(), new byte[0]));
  }

  private static byte[] encodedWithContentType(String contentType) {
    return MessageRecord.encode(message("t", null, 0, 0, 0, contentType, Map.of(), new byte[0]));
  }

  private static Message withHeaders(Map<String, String> headers) {
    return message("t", null, 0, 0, 0, null, headers, new byte[0]);
  }

  private static Message withNumbers(long notBeforeMs, long expiresAtMs, int priority) {
    return message("t", null, notBeforeMs, expiresAtMs, priority, null, Map.of(), new byte[0]);
  }

  private static Message plain(String type, byte[] body) {
    return message(type, null, 0, 0, 0, null, Map.of(), body);
  }

  private static Message message(
      String type,
      String key,
      long notBeforeMs,
      long expiresAtMs,
      int priority,
      String contentType,
      Map<String, String> headers,
      byte[] body) {
    return new Message(
        ID,
        MessageKind.COMMAND,
        type,
        key,
        null,
        null,
        notBeforeMs,
        expiresAtMs,
        priority,
        false,
        false,
        contentType,
        headers,
        body);
  }
}
