package io.parley.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.MalformedFrameException;
import io.parley.protocol.SeededRandom;
import io.parley.protocol.WireLimits;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.FrameType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Broken bytes: every golden frame, damaged. What comes out is a {@link MalformedFrameException} or
 * a frame, and a frame only if it is what those bytes say.
 */
class MalformedFrameTest {
  static Stream<String> frameNames() {
    return GoldenFrames.frames().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("frameNames")
  void shouldWaitForTheRestOfAFrame(String name) throws IOException {
    byte[] frame = GoldenVectorsTest.golden(name);
    for (int length = 0; length < frame.length; length++) {
      assertThat(Codec.decode(typeOf(frame), Arrays.copyOf(frame, length))).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("frameNames")
  void shouldRefuseAFrameThatEndsInsideItsFields(String name) throws IOException {
    byte[] frame = GoldenVectorsTest.golden(name);
    for (int length = 9; length < frame.length; length++) {
      byte[] cut = withLength(Arrays.copyOf(frame, length));
      if (takesAllThatIsLeft(frame)) {
        shouldBeMalformedOrWhatTheBytesSay(typeOf(frame), cut);
      } else {
        assertMalformed(typeOf(frame), cut);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("frameNames")
  void shouldRefuseAFrameThatGoesOnAfterItsFields(String name) throws IOException {
    byte[] frame = GoldenVectorsTest.golden(name);
    byte[] longer = withLength(Arrays.copyOf(frame, frame.length + 1));
    if (takesAllThatIsLeft(frame)) {
      assertThat(Codec.decode(typeOf(frame), longer)).hasSize(1);
    } else {
      assertThatThrownBy(() -> Codec.decode(typeOf(frame), longer))
          .isExactlyInstanceOf(MalformedFrameException.class)
          .hasMessage(typeOf(frame) + " bytes after the last field: 1 (expected: 0)");
    }
  }

  @ParameterizedTest
  @MethodSource("frameNames")
  void shouldRefuseAFrameLengthBelowFiveOrOverTheLimit(String name) throws IOException {
    byte[] frame = GoldenVectorsTest.golden(name);
    for (int length = 0; length < 5; length++) {
      ByteBuffer.wrap(frame).putInt(0, length);
      assertMalformed(typeOf(frame), frame);
    }
    for (int length : new int[] {WireLimits.FRAME_HARD_MAX_BYTES + 1, Integer.MAX_VALUE, -1}) {
      ByteBuffer.wrap(frame).putInt(0, length);
      assertThatThrownBy(() -> Codec.decode(typeOf(frame), frame))
          .isInstanceOfSatisfying(
              MalformedFrameException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.FRAME_TOO_LARGE));
    }
  }

  /** Each length and count inside the frame one less, one more, and the most its bytes can say. */
  @ParameterizedTest
  @MethodSource("frameNames")
  void shouldSurviveEveryWrongLengthInsideAFrame(String name) throws IOException {
    byte[] frame = GoldenVectorsTest.golden(name);
    int lengths = 0;
    for (FrameListing.Field field : FrameListing.ofFrame(frame)) {
      if (field.sizeBytes() == 0 || field.offset() == 0) {
        continue;
      }
      lengths++;
      long value = number(frame, field);
      for (long wrong : new long[] {value - 1, value + 1, 0, Long.MAX_VALUE, -1}) {
        shouldBeMalformedOrWhatTheBytesSay(typeOf(frame), withNumber(frame, field, wrong));
      }
    }
    assertThat(lengths).as("lengths in %s", name).isGreaterThanOrEqualTo(lengthsIn(frame));
  }

  @ParameterizedTest
  @MethodSource("frameNames")
  void shouldSurviveFlippedBits(String name) throws IOException {
    byte[] frame = GoldenVectorsTest.golden(name);
    FrameType type = typeOf(frame);
    for (int bit = 0; bit < frame.length * 8; bit++) {
      byte[] flipped = frame.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      shouldBeMalformedOrWhatTheBytesSay(type, flipped);
    }
    SeededRandom.forSeeds(
        MalformedFrameTest.class,
        300,
        random -> {
          byte[] flipped = frame.clone();
          for (int flips = 2 + random.nextInt(8); flips > 0; flips--) {
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
          }
          shouldBeMalformedOrWhatTheBytesSay(type, flipped);
        });
  }

  @Test
  void shouldSurviveGarbageInAFrameOfAnyType() {
    SeededRandom.forSeeds(
        MalformedFrameTest.class,
        20_000,
        random -> {
          byte[] frame = new byte[9 + random.nextInt(100)];
          random.nextBytes(frame);
          FrameType[] types = FrameType.values();
          FrameType type = types[random.nextInt(types.length)];
          frame[4] = (byte) type.code();
          shouldBeMalformedOrWhatTheBytesSay(type, withLength(frame));
        });
  }

  private static void assertMalformed(FrameType type, byte[] bytes) {
    assertThatThrownBy(() -> Codec.decode(type, bytes))
        .isExactlyInstanceOf(MalformedFrameException.class)
        .hasMessageContaining("(expected: ");
  }

  private static void shouldBeMalformedOrWhatTheBytesSay(FrameType type, byte[] bytes) {
    List<Frame> frames;
    try {
      frames = Codec.decode(type, bytes);
    } catch (MalformedFrameException e) {
      assertThat(e).hasMessageContaining("(expected: ");
      return;
    }
    if (frames.isEmpty()) {
      assertThat(ByteBuffer.wrap(bytes).getInt(0)).as("length").isGreaterThan(bytes.length - 4);
      return;
    }
    byte[] again = Codec.encode(frames);
    if (!mayHoldUnknownErrors(frames.get(0).type())) {
      assertThat(again).isEqualTo(Arrays.copyOf(bytes, again.length));
    }
  }

  /** An error number of a newer version is read as INTERNAL, and its text says which it was. */
  private static boolean mayHoldUnknownErrors(FrameType type) {
    return type == FrameType.ERROR || type == FrameType.CONFIRM || type == FrameType.SETTLED;
  }

  private static boolean takesAllThatIsLeft(byte[] frame) {
    return typeOf(frame) == FrameType.SEND || typeOf(frame) == FrameType.PUBLISH;
  }

  private static int lengthsIn(byte[] frame) {
    return switch (typeOf(frame)) {
      case PING,
          PONG,
          GOODBYE,
          OK,
          CREDIT,
          CLOSE_CONSUMER,
          CLOSE_RESPONDER,
          CANCEL_ASK,
          CANCEL_COMMAND,
          GET_OUTCOME,
          HELLO_OK,
          PAGE_CREDIT,
          QUESTION_CREDIT,
          QUESTION_CANCELLED ->
          0;
      default -> 1;
    };
  }

  private static FrameType typeOf(byte[] frame) {
    return FrameType.ofCode(frame[4]);
  }

  private static byte[] withLength(byte[] frame) {
    ByteBuffer.wrap(frame).putInt(0, frame.length - 4);
    return frame;
  }

  private static long number(byte[] frame, FrameListing.Field field) {
    long value = 0;
    for (int i = 0; i < field.sizeBytes(); i++) {
      value = value << 8 | (frame[field.offset() + i] & 0xFF);
    }
    return value;
  }

  private static byte[] withNumber(byte[] frame, FrameListing.Field field, long value) {
    byte[] changed = frame.clone();
    for (int i = field.sizeBytes() - 1, shift = 0; i >= 0; i--, shift += 8) {
      changed[field.offset() + i] = (byte) (value >> shift);
    }
    return changed;
  }
}
