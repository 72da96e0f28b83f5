package io.parley.protocol.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.WireLimits;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.FrameType;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.protocol.model.Payload;
import io.parley.protocol.model.Settlement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FrameEncoderTest {
  @Test
  void shouldPutManyFramesIntoOneBufferOfExactlyTheirSize() {
    List<Frame> frames = List.copyOf(GoldenFrames.frames().values());

    ByteBuf buffer = FrameEncoder.encodeAll(frames, UnpooledByteBufAllocator.DEFAULT);

    assertThat(buffer.capacity())
        .isEqualTo(frames.stream().mapToInt(FrameEncoder::size).sum())
        .isEqualTo(buffer.readableBytes());
    buffer.release();
  }

  @Test
  void shouldAppendFramesToABufferInUse() {
    Frame frame = GoldenFrames.frames().get("send");
    ByteBuf buffer = Unpooled.buffer().writeByte(7);

    FrameEncoder.encode(frame, buffer);
    FrameEncoder.encode(new Request.Ping(1), buffer);

    byte[] expected = Codec.encode(List.of(frame, new Request.Ping(1)));
    assertThat(ByteBufUtil.getBytes(buffer, 1, buffer.readableBytes() - 1)).isEqualTo(expected);
  }

  @Test
  void shouldEncodeEachWriteIntoABufferOfExactlyItsSize() {
    EmbeddedChannel channel = new EmbeddedChannel(new FrameEncoder());
    channel.config().setAllocator(UnpooledByteBufAllocator.DEFAULT);
    for (Frame frame : GoldenFrames.frames().values()) {
      channel.writeOutbound(frame);
      ByteBuf buffer = channel.readOutbound();
      assertThat(ByteBufUtil.getBytes(buffer)).isEqualTo(Codec.encode(frame));
      assertThat(buffer.capacity()).isEqualTo(FrameEncoder.size(frame));
      buffer.release();
    }
    assertThat(channel.finish()).isFalse();
  }

  @Test
  void shouldFailTheWriteOfAFrameItRefusesAndTakeTheNext() {
    EmbeddedChannel channel = new EmbeddedChannel(new FrameEncoder());

    ChannelFuture refused = channel.writeOneOutbound(new Request.Credit(0, 1, -1));

    assertThat(refused.cause())
        .rootCause()
        .hasMessage("CREDIT messages: -1 (expected: 0 to 65536)");
    assertThat(channel.writeOutbound(new Request.Ping(1))).isTrue();
    channel.finishAndReleaseAll();
  }

  @Test
  void shouldEncodeOnlyThePartOfTheArrayThatIsTheBatch() {
    byte[] array = new byte[100];
    for (int i = 0; i < array.length; i++) {
      array[i] = (byte) i;
    }
    Frame part = new Request.Send(1, 1, new MessageBatch(array, 10, 30, 1));

    Request.Send read = (Request.Send) Codec.decodeOne(FrameType.SEND, Codec.encode(part));

    assertThat(read.batch().bytes()).hasSize(30).startsWith(10, 11).endsWith(38, 39);
  }

  static List<Frame> refusedFrames() {
    MessageBatch record = MessageBatch.of(new byte[30], 1);
    MessageId id = new MessageId(1, 2);
    String over = "n".repeat(256);
    return List.of(
        new Request.Hello(1, 1, 1, 0, over, "", "", "", "", id, ""),
        new Request.Hello(1, 1, 1, 0, "", "", "", "", "s".repeat(4_097), id, ""),
        new Request.Hello(1, -1, 1, 0, "", "", "", "", "", id, ""),
        new Request.Hello(1, 1, 65_536, 0, "", "", "", "", "", id, ""),
        new Request.Send(1, 0, record),
        new Request.Hello(1, 1, 1, 0, "", "", over, "", "", id, ""),
        new Request.Send(1, 1, MessageBatch.EMPTY),
        new Request.Send(1, 1, MessageBatch.of(new byte[30 * 16_385], 16_385)),
        new Request.Publish(1, 1, MessageBatch.of(new byte[59], 2)),
        new Request.Consume(1, 1, over, List.of(), 0, 0),
        new Request.Consume(1, 1, "", Collections.nCopies(1_001, "t"), 0, 0),
        new Request.Consume(1, 1, "", List.of(over), 0, 0),
        new Request.Consume(1, 1, "", List.of(), 65_537, 0),
        new Request.Consume(1, 1, "", List.of(), 0, -1),
        new Request.Subscribe(1, 1, "", List.of(over), 0, 0, -1),
        new Request.Credit(0, 1, 65_537),
        settle(new Settlement.Complete(1, 1, 0)),
        settle(new Settlement.Release(1, -1, 1)),
        settle(new Settlement.Extend(1, 1, 1, 0)),
        settle(new Settlement.Complete(1, 1, 16_384), new Settlement.Reject(1, 1, "", "")),
        settle(new Settlement.Reject(1, 1, over, "")),
        settle(new Settlement.Fail(1, 1, false, "", "", -2)),
        settle(
            new Settlement.CompleteWith(
                1, 1, new Payload("c".repeat(201), new byte[0]), MessageBatch.EMPTY)),
        settle(new Settlement.CompleteWith(1, 1, null, MessageBatch.of(new byte[1], 0))),
        new Request.Settle(
            1, 1, 0, Collections.nCopies(16_385, new Settlement.Reject(1, 1, "", ""))),
        new Request.Respond(1, 1, List.of(), -1),
        new Request.Ask(1, -1, 0, 0, record),
        new Request.Ask(1, 0, 0, 0, MessageBatch.EMPTY),
        new Request.Ask(1, 0, 0, 0, MessageBatch.of(new byte[60], 2)),
        new Request.Answer(0, 1, -1, 0, 0, 0, "", Payload.EMPTY),
        new Request.Answer(0, 1, 200, 0, 0, -2, "", Payload.EMPTY),
        new Request.GetOutcome(1, id, -1),
        new Response.HelloOk(1, 1, 0, id, 1, 8_191, 1, 0, 0, 0),
        new Response.HelloOk(1, 1, 0, id, -1, 8_192, 1, 0, 0, 0),
        new Response.Failure(1, ErrorCode.INTERNAL, false, -1, ""),
        new Response.Confirm(1, List.of(new Response.Refusal(16_384, ErrorCode.INTERNAL, 0, ""))),
        new Response.Settled(1, List.of(new Response.SettleRefusal(0, -1, ErrorCode.INTERNAL, ""))),
        new Response.OutcomeIs(1, new Outcome(OutcomeStatus.REJECTED, over, "", Payload.EMPTY, 0)),
        new Push.Deliver(1, 1, 1, List.of(new Push.Segment(1, 1, 0, MessageBatch.EMPTY))),
        new Push.Deliver(1, 1, 1, List.of(new Push.Segment(1, -1, 0, record))),
        new Push.Deliver(
            1, 1, 1, List.of(new Push.Segment(1, 1, 0, MessageBatch.of(new byte[17_301_504], 1)))));
  }

  @ParameterizedTest
  @MethodSource("refusedFrames")
  void shouldRefuseWhatADecoderWouldBeforeAByteIsWritten(Frame frame) {
    ByteBuf buffer = Unpooled.buffer(0);

    assertThatThrownBy(() -> FrameEncoder.encode(frame, buffer))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(frame.type() + " ")
        .hasMessageContaining("(expected: ");
    assertThat(buffer.writerIndex()).isZero();
    assertThat(buffer.capacity()).isZero();
  }

  @Test
  void shouldCutTextsForPeopleAtTheEndOfACharacter() {
    assertThat(sentMessage("x".repeat(4_097))).isEqualTo("x".repeat(4_096));
    assertThat(sentMessage("x".repeat(4_095) + "ä")).isEqualTo("x".repeat(4_095));
    assertThat(sentMessage("x".repeat(4_094) + "ä")).isEqualTo("x".repeat(4_094) + "ä");
    assertThat(sentMessage("x".repeat(4_094) + "€")).isEqualTo("x".repeat(4_094));
    assertThat(sentMessage("x".repeat(4_093) + "\uD83D\uDE00")).isEqualTo("x".repeat(4_093));
    assertThat(sentMessage("\uD83D\uDE00".repeat(2_000))).isEqualTo("\uD83D\uDE00".repeat(1_024));
    assertThat(sentMessage("\uD83D".repeat(5_000))).isEqualTo("?".repeat(4_096));
  }

  private static String sentMessage(String message) {
    Frame error = new Response.Failure(1, ErrorCode.INTERNAL, false, 0, message);
    return ((Response.Failure) Codec.decodeOne(FrameType.ERROR, Codec.encode(error))).message();
  }

  @Test
  void shouldCutShortTextsForPeopleToo() {
    Frame frame = settle(new Settlement.Fail(1, 2, true, "ä".repeat(200), "m".repeat(5_000), -1));

    Request.Settle read = (Request.Settle) Codec.decodeOne(FrameType.SETTLE, Codec.encode(frame));

    assertThat(read.settlements())
        .containsExactly(new Settlement.Fail(1, 2, true, "ä".repeat(127), "m".repeat(4_096), -1));
  }

  @Test
  void shouldStopCountingAttemptsWhereTheFieldEnds() {
    Frame frame =
        new Push.Deliver(
            1, 2, 3, List.of(new Push.Segment(1, 70_000, 0, MessageBatch.of(new byte[30], 1))));

    Push.Deliver read = (Push.Deliver) Codec.decodeOne(FrameType.DELIVER, Codec.encode(frame));

    assertThat(read.segments().get(0).attempt()).isEqualTo(65_535);
  }

  /** The largest answers there can be fit beside a message however small. */
  @Test
  void shouldAnswerARefusedBatchOfAnySizeInOneFrame() {
    List<Response.Refusal> refusals = new ArrayList<>();
    List<Response.SettleRefusal> settleRefusals = new ArrayList<>();
    String text = "ä".repeat(5_000);
    for (int i = 0; i < WireLimits.BATCH_MAX_MESSAGES; i++) {
      refusals.add(new Response.Refusal(i, ErrorCode.QUOTA_EXCEEDED, 1, text));
      settleRefusals.add(new Response.SettleRefusal(i, i, ErrorCode.LEASE_LOST, text));
    }
    Frame confirm = new Response.Confirm(1, refusals);
    Frame settled = new Response.Settled(1, settleRefusals);

    assertThat(FrameEncoder.size(confirm)).isLessThan(WireLimits.FRAME_OVERHEAD_BYTES);
    assertThat(FrameEncoder.size(settled)).isLessThan(WireLimits.FRAME_OVERHEAD_BYTES);

    List<Response.Refusal> read =
        ((Response.Confirm) Codec.decodeOne(FrameType.CONFIRM, Codec.encode(confirm))).refusals();
    assertThat(read).hasSize(WireLimits.BATCH_MAX_MESSAGES);
    assertThat(read).allMatch(refusal -> refusal.code() == ErrorCode.QUOTA_EXCEEDED);
    assertThat(read.get(0).message()).isEqualTo("ä".repeat(2_048));
    assertThat(read.get(7).message()).isEqualTo("ä".repeat(2_048));
    assertThat(read.get(8).message()).isEmpty();
    assertThat(read.stream().mapToInt(r -> r.message().getBytes(UTF_8).length).sum())
        .isEqualTo(WireLimits.REFUSAL_TEXTS_MAX_BYTES);
  }

  private static Request.Settle settle(Settlement... settlements) {
    return new Request.Settle(1, 1, 0, List.of(settlements));
  }
}
