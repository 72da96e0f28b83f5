package io.parley.protocol.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.parley.protocol.WireLimits;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.FrameType;
import java.util.ArrayList;
import java.util.List;

/** Encodes and decodes through the real handlers. */
final class Codec {
  private Codec() {}

  static byte[] encode(Frame frame) {
    return encode(List.of(frame));
  }

  static byte[] encode(List<? extends Frame> frames) {
    ByteBuf buffer = FrameEncoder.encodeAll(frames, UnpooledByteBufAllocator.DEFAULT);
    try {
      return ByteBufUtil.getBytes(buffer);
    } finally {
      buffer.release();
    }
  }

  /** A channel that takes a frame of this type next. */
  static EmbeddedChannel channelFor(FrameType type) {
    FrameDecoder decoder = type.isFromBroker() ? FrameDecoder.atClient() : FrameDecoder.atBroker();
    if (type != FrameType.HELLO && type != FrameType.HELLO_OK) {
      decoder.established(WireLimits.FRAME_HARD_MAX_BYTES);
    }
    return new EmbeddedChannel(decoder);
  }

  /** Whole frames, of which the first is of this type; throws what the decoder throws. */
  static List<Frame> decode(FrameType type, byte[] bytes) {
    EmbeddedChannel channel = channelFor(type);
    try {
      channel.writeInbound(Unpooled.wrappedBuffer(bytes));
      return received(channel);
    } finally {
      channel.finishAndReleaseAll();
    }
  }

  static Frame decodeOne(FrameType type, byte[] bytes) {
    List<Frame> frames = decode(type, bytes);
    if (frames.size() != 1) {
      throw new AssertionError("frames: " + frames + " (expected: 1)");
    }
    return frames.get(0);
  }

  static List<Frame> received(EmbeddedChannel channel) {
    List<Frame> frames = new ArrayList<>();
    for (Frame frame = channel.readInbound(); frame != null; frame = channel.readInbound()) {
      frames.add(frame);
    }
    return frames;
  }
}
