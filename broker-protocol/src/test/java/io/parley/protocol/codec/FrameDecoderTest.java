package io.parley.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.MalformedFrameException;
import io.parley.protocol.WireLimits;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.FrameType;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Settlement;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameDecoderTest {
  private static final Frame HELLO = GoldenFrames.frames().get("hello");
  private static final Frame HELLO_OK = GoldenFrames.frames().get("hello-ok");

  @Test
  void shouldTakeNothingButHelloBeforeTheGreetingIsOver() {
    EmbeddedChannel channel = new EmbeddedChannel(FrameDecoder.atBroker());

    assertRefused(
        channel, Codec.encode(new Request.Ping(1)), "frame type: PING (expected: HELLO first)");
  }

  @Test
  void shouldTakeHelloOnlyOnce() {
    FrameDecoder decoder = FrameDecoder.atBroker();
    EmbeddedChannel channel = new EmbeddedChannel(decoder);
    channel.writeInbound(Unpooled.wrappedBuffer(Codec.encode(HELLO)));
    assertThat(Codec.received(channel)).hasSize(1);
    decoder.established(WireLimits.FRAME_HARD_MAX_BYTES);

    assertRefused(
        channel,
        Codec.encode(HELLO),
        "frame type: HELLO (expected: once, as the connection's first)");
  }

  @Test
  void shouldTakeWelcomeOrErrorFirstAtTheClient() {
    EmbeddedChannel welcomed = new EmbeddedChannel(FrameDecoder.atClient());
    welcomed.writeInbound(Unpooled.wrappedBuffer(Codec.encode(HELLO_OK)));
    assertThat(Codec.received(welcomed)).containsExactly(HELLO_OK);

    EmbeddedChannel refused = new EmbeddedChannel(FrameDecoder.atClient());
    Frame error = new Response.Failure(1, ErrorCode.UNAUTHENTICATED, true, 0, "user 'x'");
    refused.writeInbound(Unpooled.wrappedBuffer(Codec.encode(error)));
    assertThat(Codec.received(refused)).containsExactly(error);

    assertRefused(
        new EmbeddedChannel(FrameDecoder.atClient()),
        Codec.encode(new Response.Ok(1)),
        "frame type: OK (expected: HELLO_OK or ERROR first)");
  }

  @Test
  void shouldTakeTheGreetingsLargestFrameAndNotOneByteMore() {
    EmbeddedChannel channel = new EmbeddedChannel(FrameDecoder.atBroker());
    channel.writeInbound(
        Unpooled.wrappedBuffer(withLength(WireLimits.UNAUTHENTICATED_FRAME_MAX_BYTES)));
    assertThat(Codec.received(channel)).isEmpty();

    assertTooLarge(
        new EmbeddedChannel(FrameDecoder.atBroker()),
        WireLimits.UNAUTHENTICATED_FRAME_MAX_BYTES + 1,
        "frame length: 8193 (expected: 5 to 8192 before the greeting is over)");
  }

  @Test
  void shouldTakeTheLargestFrameAgreedOnAndNotOneByteMore() {
    int max = 10_000;
    Frame largest = send(max - 17);
    assertThat(FrameEncoder.size(largest)).isEqualTo(4 + max);
    EmbeddedChannel channel = established(max);
    channel.writeInbound(Unpooled.wrappedBuffer(Codec.encode(largest)));
    assertThat(Codec.received(channel)).usingRecursiveComparison().isEqualTo(List.of(largest));

    assertTooLarge(established(max), max + 1, "frame length: 10001 (expected: 5 to 10000)");
  }

  @Test
  void shouldRaiseTheLimitForTheFramesThatFollowInTheSameRead() {
    FrameDecoder decoder = FrameDecoder.atBroker();
    EmbeddedChannel channel =
        new EmbeddedChannel(
            decoder,
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext ctx, Object frame) {
                if (frame instanceof Request.Hello) {
                  decoder.established(100_000);
                }
                ctx.fireChannelRead(frame);
              }
            });
    Frame large = send(50_000);

    channel.writeInbound(Unpooled.wrappedBuffer(Codec.encode(List.of(HELLO, large))));

    assertThat(Codec.received(channel)).usingRecursiveComparison().isEqualTo(List.of(HELLO, large));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 8_191, WireLimits.FRAME_HARD_MAX_BYTES + 1})
  void shouldRefuseALimitNoBrokerMayAnnounce(int limit) {
    assertThatThrownBy(() -> FrameDecoder.atClient().established(limit))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("max frame bytes: " + limit + " (expected: 8192 to 17301504)");
  }

  @Test
  void shouldDeliverTheFramesBeforeABrokenOneAndDropAllAfterIt() {
    EmbeddedChannel channel = established(10_000);
    ByteBuf bytes =
        Unpooled.wrappedBuffer(
            Codec.encode(new Request.Ping(1)),
            hex("00000005 7f 00000002"),
            Codec.encode(new Request.Ping(3)));

    assertThatThrownBy(() -> channel.writeInbound(bytes))
        .isExactlyInstanceOf(MalformedFrameException.class)
        .hasMessage("frame type: 0x7f (expected: a type of version 1)");
    channel.writeInbound(Unpooled.wrappedBuffer(Codec.encode(new Request.Ping(4))));

    assertThat(Codec.received(channel)).containsExactly(new Request.Ping(1));
    assertThat(bytes.refCnt()).isZero();
  }

  @Test
  void shouldBearAHandlerThatClosesAsSoonAsItHears() {
    List<Throwable> heard = new ArrayList<>();
    EmbeddedChannel channel =
        new EmbeddedChannel(
            FrameDecoder.atBroker(),
            new ChannelInboundHandlerAdapter() {
              @Override
              public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                heard.add(cause);
                ctx.close();
              }
            });

    channel.writeInbound(Unpooled.wrappedBuffer(hex("00000005 7f 00000002 00000005")));

    assertThat(heard).hasSize(1).hasOnlyElementsOfType(MalformedFrameException.class);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void shouldKeepTheSecretOutOfLogs() {
    assertThat(HELLO.toString()).contains("user=cart").doesNotContain("s3cret");
  }

  @Test
  void shouldSayNothingOfAFrameTheConnectionsEndCutsOff() {
    EmbeddedChannel channel = established(10_000);
    channel.writeInbound(Unpooled.wrappedBuffer(hex("00000005 02 0000")));

    assertThat(channel.finish()).isFalse();
  }

  @Test
  void shouldTellWhatTheFrameTakesThatIsNotWholeYet() {
    FrameDecoder decoder = FrameDecoder.atBroker();
    EmbeddedChannel channel = new EmbeddedChannel(decoder);
    byte[] hello = Codec.encode(HELLO);

    channel.writeInbound(Unpooled.wrappedBuffer(hello, 0, 3));
    assertThat(decoder.unfinishedBytes()).as("its length isn't there yet").isZero();
    channel.writeInbound(Unpooled.wrappedBuffer(hello, 3, 3));
    assertThat(decoder.unfinishedBytes()).isEqualTo(hello.length);
    assertThat(decoder.missingBytes()).isEqualTo(hello.length - 6);
    channel.writeInbound(Unpooled.wrappedBuffer(hello, 6, hello.length - 6));
    assertThat(decoder.unfinishedBytes()).isZero();
    assertThat(decoder.missingBytes()).isZero();
    assertThat(Codec.received(channel)).hasSize(1);
  }

  @Test
  void shouldRefuseFramesOfTheWrongDirection() {
    for (FrameType type : FrameType.values()) {
      if (type == FrameType.HELLO || type == FrameType.HELLO_OK) {
        continue;
      }
      EmbeddedChannel channel =
          Codec.channelFor(type.isFromBroker() ? FrameType.PING : FrameType.OK);
      byte[] frame = {0, 0, 0, 5, (byte) type.code(), 0, 0, 0, 0};
      assertRefused(
          channel,
          frame,
          "frame type: "
              + type
              + " (expected: one that a "
              + (type.isFromBroker() ? "client" : "broker")
              + " sends)");
    }
  }

  @Test
  void shouldRefuseAnotherMagic() {
    byte[] hello = Codec.encode(HELLO);
    hello[9] = 'X';

    assertRefused(
        new EmbeddedChannel(FrameDecoder.atBroker()),
        hello,
        "HELLO magic: 0x58524c59 (expected: 0x50524c59, \"PRLY\")");
  }

  @Test
  void shouldRefuseWhatSpeaksAnotherProtocol() {
    assertTooLarge(
        new EmbeddedChannel(FrameDecoder.atBroker()),
        0x47455420, // "GET "
        "frame length: 1195725856 (expected: 5 to 8192 before the greeting is over)");
  }

  /** Frames by hand; each is broken in one field. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "22 00000000 00000003 00010001 | CREDIT messages: 65537 (expected: 0 to 65536)",
        "22 00000000 00000003 ffffffff | CREDIT messages: 4294967295 (expected: 0 to 65536)",
        "22 00000000 00000003 0000 | CREDIT messages: 2 bytes left of the frame (expected: 4)",
        "20 00000000 00000003 0161 03e9 | CONSUME types: 1001 (expected: 0 to 1000)",
        "20 00000000 00000003 02c328 | CONSUME queue: 2 bytes that are not UTF-8 (expected: UTF-8)",
        "20 00000000 00000003 0461 | CONSUME queue: 1 bytes left of the frame (expected: 4)",
        "20 00000000 00000003 00 0000 00000000 80000000"
            + " | CONSUME lease ms: 2147483648 (expected: 0 to 2147483647)",
        "10 00000000 0000000000000001 00000000 | SEND count: 0 (expected: 1 to 16384)",
        "10 00000000 0000000000000001 00004001 | SEND count: 16385 (expected: 1 to 16384)",
        "10 00000000 8000000000000000 00000001"
            + " | SEND first sequence: -9223372036854775808 (expected: 1 to 9223372036854775807)",
        "10 00000000 0000000000000001 00000002 00"
            + " | SEND records: 1 bytes (expected: 30 or more for each of 2)",
        "30 00000000 00000003 0000000000000001 00000000 4001"
            + " | SETTLE settlements: 16385 (expected: 0 to 16384)",
        "30 00000000 00000003 0000000000000001 00000000 0001 07"
            + " | SETTLE settlement: 7 (expected: 1 to 6)",
        "30 00000000 00000003 0000000000000001 00000000 0001 00"
            + " | SETTLE settlement: 0 (expected: 1 to 6)",
        "30 00000000 00000003 0000000000000001 00000000 0001 01 0000000000000001 0000000000000001 00000000"
            + " | SETTLE count: 0 (expected: 1 to 16384)",
        "30 00000000 00000003 0000000000000001 00000000 0001 02 0000000000000001 0000000000000001 02"
            + " | SETTLE has result: 2 (expected: 0 or 1)",
        "30 00000000 00000003 0000000000000001 00000000 0001 02 0000000000000001 0000000000000001 01 c9"
            + " | SETTLE content type: 201 bytes (expected: 0 to 200)",
        "30 00000000 00000003 0000000000000001 00000000 0001 02 0000000000000001 0000000000000001 00"
            + " 00000000 00000001 00"
            + " | SETTLE records: 1 bytes (expected: 0 for no messages)",
        "30 00000000 00000003 0000000000000001 00000000 0001 03 0000000000000001 0000000000000001 00 1001"
            + " | SETTLE reason: 4097 bytes (expected: 0 to 4096)",
        "42 00000000 00000001 00000000 00000000 ffffffff"
            + " | ASK records: 4294967295 bytes (expected: 0 to 0, what is left of the frame)",
        "42 00000000 00000001 00000000 00000000 00000000"
            + " | ASK records: 0 bytes (expected: 30 or more for each of 1)",
      })
  void shouldNameTheFieldItsValueAndWhatWasExpected(String frame, String expected) {
    byte[] fields = hex(frame);
    byte[] bytes = ByteBuffer.allocate(4 + fields.length).putInt(fields.length).put(fields).array();

    assertRefused(established(10_000), bytes, expected);
  }

  @Test
  void shouldRefuseASettleOfMoreMessagesThanABatchHolds() {
    byte[] most =
        Codec.encode(
            new Request.Settle(
                1,
                2,
                3,
                List.of(new Settlement.Complete(1, 1, 16_383), new Settlement.Release(1, 1, 1))));
    EmbeddedChannel channel = established(10_000);
    channel.writeInbound(Unpooled.wrappedBuffer(most.clone()));
    assertThat(Codec.received(channel)).hasSize(1);

    most[most.length - 1] = 2;
    assertRefused(
        channel, most, "SETTLE messages of all settlements: 16385 (expected: 0 to 16384)");
  }

  @Test
  void shouldRefuseAPushWithACorrelation() {
    EmbeddedChannel channel = Codec.channelFor(FrameType.OK);

    assertRefused(
        channel,
        hex("0000000d c1 00000001 0000000000000001"),
        "QUESTION_CANCELLED correlation: 1 (expected: 0)");
  }

  @Test
  void shouldReadAnErrorOfANewerBrokerAsInternal() {
    byte[] bytes = Codec.encode(new Response.Failure(1, ErrorCode.NOT_FOUND, false, 7, "no such"));
    ByteBuffer.wrap(bytes).putShort(9, (short) 777);

    assertThat(Codec.decodeOne(FrameType.ERROR, bytes))
        .isEqualTo(new Response.Failure(1, ErrorCode.INTERNAL, false, 7, "error 777: no such"));
  }

  @Test
  void shouldCopyEachBatchIntoAnArrayOfItsOwn() {
    MessageBatch batch = MessageBatch.of(new byte[60], 2);
    Push.Deliver sent =
        new Push.Deliver(
            1, 2, 3, List.of(new Push.Segment(1, 1, 0, batch), new Push.Segment(9, 1, 0, batch)));

    Push.Deliver read = (Push.Deliver) Codec.decodeOne(FrameType.DELIVER, Codec.encode(sent));

    assertThat(read.segments())
        .extracting(segment -> segment.batch().bytes().length)
        .containsExactly(60, 60);
    assertThat(read.segments().get(0).batch().bytes())
        .isNotSameAs(read.segments().get(1).batch().bytes());
  }

  @Test
  void shouldLeaveNamesAndRecordsToWhoAnswersForThem() {
    Frame badName = new Request.Consume(1, 2, "no name!", List.of("", "n".repeat(255)), 1, 0);
    assertThat(Codec.decodeOne(FrameType.CONSUME, Codec.encode(badName))).isEqualTo(badName);

    Frame garbage = new Request.Send(1, 1, MessageBatch.of(new byte[30], 1));
    assertThat(Codec.decodeOne(FrameType.SEND, Codec.encode(garbage)))
        .usingRecursiveComparison()
        .isEqualTo(garbage);
  }

  @Test
  void shouldKeepTheBitsOfNumbersThatOnlyName() {
    Frame frame = new Request.Settle(-1, -2, 3, List.of(new Settlement.Complete(-4, 5, 6)));
    assertThat(Codec.decodeOne(FrameType.SETTLE, Codec.encode(frame))).isEqualTo(frame);

    Frame question = new Push.Question(-1, -2, 3, 4, 5, MessageBatch.of(new byte[30], 1));
    assertThat(Codec.decodeOne(FrameType.QUESTION, Codec.encode(question)))
        .usingRecursiveComparison()
        .isEqualTo(question);

    Frame get = new Request.GetOutcome(-1, new MessageId(-1, -2), 0);
    assertThat(Codec.decodeOne(FrameType.GET_OUTCOME, Codec.encode(get))).isEqualTo(get);
  }

  private static EmbeddedChannel established(int maxFrameBytes) {
    FrameDecoder decoder = FrameDecoder.atBroker();
    decoder.established(maxFrameBytes);
    return new EmbeddedChannel(decoder);
  }

  private static Frame send(int recordBytes) {
    return new Request.Send(1, 1, MessageBatch.of(new byte[recordBytes], 1));
  }

  private static void assertRefused(EmbeddedChannel channel, byte[] bytes, String expected) {
    assertThatThrownBy(() -> channel.writeInbound(Unpooled.wrappedBuffer(bytes)))
        .isInstanceOfSatisfying(
            MalformedFrameException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_FRAME))
        .hasMessage(expected);
  }

  /** Refused on its length alone, before anything behind it arrives. */
  private static void assertTooLarge(EmbeddedChannel channel, int length, String expected) {
    assertThatThrownBy(() -> channel.writeInbound(Unpooled.wrappedBuffer(withLength(length))))
        .isInstanceOfSatisfying(
            MalformedFrameException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.FRAME_TOO_LARGE))
        .hasMessage(expected);
  }

  private static byte[] withLength(int length) {
    return ByteBuffer.allocate(4).putInt(length).array();
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }
}
