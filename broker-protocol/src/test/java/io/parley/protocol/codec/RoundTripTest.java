package io.parley.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.parley.protocol.SeededRandom;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.FrameType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RoundTripTest {
  @ParameterizedTest
  @EnumSource
  void shouldBringBackEveryFrameWithAnyValues(FrameType type) {
    SeededRandom.forSeeds(
        RoundTripTest.class,
        60,
        random -> {
          Frame frame = new RandomFrames(random).next(type);

          byte[] bytes = Codec.encode(frame);

          assertThat(bytes).hasSize(FrameEncoder.size(frame));
          assertThat(Codec.decodeOne(type, bytes)).usingRecursiveComparison().isEqualTo(frame);
        });
  }

  /** Only what the tables say stands in the frame, whatever the values. */
  @ParameterizedTest
  @EnumSource
  void shouldLayOutEveryFrameAsTheDocumentDoes(FrameType type) {
    SeededRandom.forSeeds(
        RoundTripTest.class,
        50,
        random -> {
          byte[] bytes = Codec.encode(new RandomFrames(random).next(type));

          FrameListing.Field last =
              FrameListing.ofFrame(bytes).stream().reduce((first, second) -> second).get();
          assertThat(last.offset() + last.length()).isEqualTo(bytes.length);
        });
  }

  @Test
  void shouldReadFramesFromPiecesOfAnySize() {
    SeededRandom.forSeeds(
        RoundTripTest.class,
        100,
        random -> {
          boolean fromBroker = random.nextBoolean();
          RandomFrames frames = new RandomFrames(random);
          List<Frame> sent = new ArrayList<>();
          for (FrameType type : established(fromBroker).toList()) {
            sent.add(frames.next(type));
          }
          byte[] bytes = Codec.encode(sent);
          EmbeddedChannel channel = Codec.channelFor(fromBroker ? FrameType.OK : FrameType.PING);
          int largest = 1 + random.nextInt(3_000);
          for (int at = 0; at < bytes.length; ) {
            int to = Math.min(bytes.length, at + 1 + random.nextInt(largest));
            channel.writeInbound(Unpooled.copiedBuffer(bytes, at, to - at));
            at = to;
          }

          assertThat(Codec.encode(Codec.received(channel))).isEqualTo(bytes);
          channel.finishAndReleaseAll();
        });
  }

  @Test
  void shouldReadFramesByteByByte() {
    List<Frame> sent =
        GoldenFrames.frames().values().stream()
            .filter(frame -> established(false).anyMatch(type -> type == frame.type()))
            .toList();
    EmbeddedChannel channel = Codec.channelFor(FrameType.PING);
    for (byte b : Codec.encode(sent)) {
      channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {b}));
    }

    assertThat(Codec.received(channel)).usingRecursiveComparison().isEqualTo(sent);
    channel.finishAndReleaseAll();
  }

  private static Stream<FrameType> established(boolean fromBroker) {
    return Arrays.stream(FrameType.values())
        .filter(type -> type.isFromBroker() == fromBroker)
        .filter(type -> type != FrameType.HELLO && type != FrameType.HELLO_OK);
  }
}
