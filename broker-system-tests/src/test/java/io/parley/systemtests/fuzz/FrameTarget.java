package io.parley.systemtests.fuzz;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.parley.protocol.MalformedFrameException;
import io.parley.protocol.codec.FrameDecoder;
import io.parley.protocol.codec.FrameEncoder;
import io.parley.protocol.frame.Frame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What one side of a connection reads. Bytes that aren't frames are refused as such and as nothing
 * else; what is read says the same when it is written and read again; and how the bytes were cut
 * into pieces makes no difference.
 */
final class FrameTarget implements FuzzTarget {
  private static final int MAX_FRAME_BYTES = 1 << 20;

  private final boolean atBroker;
  private final boolean established;

  /** One for all inputs: to make one takes longer than to read. */
  private final EmbeddedChannel channel = new EmbeddedChannel();

  FrameTarget(boolean atBroker, boolean established) {
    this.atBroker = atBroker;
    this.established = established;
  }

  @Override
  public List<byte[]> seeds() throws Exception {
    List<byte[]> seeds = new ArrayList<>();
    for (byte[] golden : GoldenFiles.read(name -> !name.startsWith("record-"))) {
      if (!read(golden, golden.length).frames.isEmpty()) {
        seeds.add(golden);
      }
    }
    return seeds;
  }

  @Override
  public void run(byte[] input) {
    Reading whole = read(input, input.length);
    Reading pieces = read(input, input.length / 2);
    requireSame(whole.encoded, pieces.encoded, "read in two pieces");
    if (whole.isRefused != pieces.isRefused) {
      throw new AssertionError("refused or not, depending on the pieces");
    }
    Reading again = read(whole.encoded, whole.encoded.length);
    if (again.isRefused) {
      throw new AssertionError("what was written for frames that were read is refused");
    }
    requireSame(whole.encoded, again.encoded, "written and read again");
    if (atBroker) {
      // A request has one form. Answers don't: a code that this build doesn't know becomes another.
      requireSame(
          whole.encoded, Arrays.copyOf(input, whole.encoded.length), "written as it was read");
    }
  }

  private static void requireSame(byte[] expected, byte[] actual, String when) {
    if (!Arrays.equals(expected, actual)) {
      throw new AssertionError(
          "%s: %s (expected: %s)"
              .formatted(when, ByteBufUtil.hexDump(actual), ByteBufUtil.hexDump(expected)));
    }
  }

  private Reading read(byte[] input, int cut) {
    FrameDecoder decoder = atBroker ? FrameDecoder.atBroker() : FrameDecoder.atClient();
    if (established) {
      decoder.established(MAX_FRAME_BYTES);
    }
    Reading reading = new Reading();
    channel.pipeline().addLast(decoder, reading);
    // Copies: the decoder moves what is left to the front.
    channel.writeInbound(Unpooled.copiedBuffer(input, 0, cut));
    channel.writeInbound(Unpooled.copiedBuffer(input, cut, input.length - cut));
    channel.pipeline().remove(decoder); // hands on what it holds
    channel.pipeline().remove(reading);
    ByteBuf encoded = FrameEncoder.encodeAll(reading.frames, UnpooledByteBufAllocator.DEFAULT);
    reading.encoded = ByteBufUtil.getBytes(encoded);
    encoded.release();
    return reading;
  }

  private static final class Reading extends ChannelInboundHandlerAdapter {
    private final List<Frame> frames = new ArrayList<>();
    private boolean isRefused;
    private byte[] encoded = new byte[0];

    @Override
    public void channelRead(ChannelHandlerContext context, Object read) {
      if (read instanceof Frame frame) {
        frames.add(frame);
      } else {
        ReferenceCountUtil.release(read);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (!(cause instanceof MalformedFrameException)) {
        throw new AssertionError(cause);
      }
      isRefused = true;
    }
  }
}
