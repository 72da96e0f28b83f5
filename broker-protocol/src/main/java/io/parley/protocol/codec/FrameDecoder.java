package io.parley.protocol.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.MalformedFrameException;
import io.parley.protocol.WireLimits;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.FrameType;
import io.parley.protocol.model.BytePool;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns bytes into frames: {@code Request}s on the broker's side, {@code Response}s and {@code
 * Push}es on the client's.
 *
 * <p>Until {@link #established} it accepts only the frames of the greeting ({@code HELLO}; {@code
 * HELLO_OK} and {@code ERROR}), of at most {@link WireLimits#UNAUTHENTICATED_FRAME_MAX_BYTES};
 * after that, any but those of the greeting that can't come twice.
 *
 * <p>A peer that breaks the protocol shows as a {@link MalformedFrameException} in {@code
 * exceptionCaught} of the next handler, itself and not wrapped, after the frames before it. What
 * comes later on the connection is dropped unread. Closing is the next handler's task.
 *
 * <p>Checks lengths, counts and the range of numbers. It does not check names, nor what is inside a
 * message record: those are mistakes to answer, not reasons to hang up.
 *
 * <p>One instance per channel, used on its event loop.
 */
public final class FrameDecoder extends ByteToMessageDecoder {
  private static final int LENGTH_BYTES = 4;

  /** The type and the correlation. */
  private static final int FRAME_MIN_BYTES = 5;

  private static final int OWN_BUFFER_BYTES = 256 * 1024;

  private final boolean atBroker;
  private final WireReader reader;
  private int maxFrameBytes = WireLimits.UNAUTHENTICATED_FRAME_MAX_BYTES;
  private boolean established;
  private boolean broken;
  private int unfinishedBytes;
  private int missingBytes;

  private FrameDecoder(boolean atBroker, @Nullable BytePool pool) {
    this.atBroker = atBroker;
    this.reader = new WireReader(pool);
    setCumulator(this::collect);
  }

  /** A decoder of what a client sends. */
  public static FrameDecoder atBroker() {
    return new FrameDecoder(true, null);
  }

  /**
   * A decoder of what a client sends.
   *
   * @param pool for the batches of SEND and PUBLISH: who is done with one releases it
   */
  public static FrameDecoder atBroker(BytePool pool) {
    return new FrameDecoder(true, pool);
  }

  /** A decoder of what a broker sends. */
  public static FrameDecoder atClient() {
    return new FrameDecoder(false, null);
  }

  /**
   * The greeting is over: the broker knows the client, or the client was welcomed. Called on the
   * event loop, before the next frame is read.
   *
   * @param maxFrameBytes the largest frame from now on, as announced in {@code HELLO_OK}
   */
  public void established(int maxFrameBytes) {
    if (maxFrameBytes < WireLimits.UNAUTHENTICATED_FRAME_MAX_BYTES
        || maxFrameBytes > WireLimits.FRAME_HARD_MAX_BYTES) {
      throw new IllegalArgumentException(
          "max frame bytes: "
              + maxFrameBytes
              + " (expected: "
              + WireLimits.UNAUTHENTICATED_FRAME_MAX_BYTES
              + " to "
              + WireLimits.FRAME_HARD_MAX_BYTES
              + ")");
    }
    this.maxFrameBytes = maxFrameBytes;
    this.established = true;
  }

  /**
   * What the frame takes that has begun and isn't whole; 0 if there is none, or its length isn't
   * there yet.
   */
  public int unfinishedBytes() {
    return unfinishedBytes;
  }

  /** What of that hasn't come yet. */
  public int missingBytes() {
    return missingBytes;
  }

  private void nothingUnfinished() {
    unfinishedBytes = 0;
    missingBytes = 0;
  }

  /**
   * Adds what was read to what is left of before. A large frame gets a buffer of its own that takes
   * what it needs and no more: in the pool's, and doubled as it grows, a few of a megabyte take
   * three times their size.
   */
  private ByteBuf collect(ByteBufAllocator allocator, ByteBuf left, ByteBuf more) {
    ByteBuf to = left;
    if (unfinishedBytes > OWN_BUFFER_BYTES && left.capacity() < unfinishedBytes) {
      to = Unpooled.directBuffer(unfinishedBytes).writeBytes(left);
      left.release();
    }
    return MERGE_CUMULATOR.cumulate(allocator, to, more);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (broken) {
      in.skipBytes(in.readableBytes());
      return;
    }
    try {
      if (isWhole(in)) {
        nothingUnfinished();
        out.add(read(in));
      }
    } catch (MalformedFrameException e) {
      broken = true;
      nothingUnfinished();
      in.skipBytes(in.readableBytes());
      ctx.fireExceptionCaught(e);
    }
  }

  /** Judges the length as soon as it is there, so that nothing too large is ever collected. */
  private boolean isWhole(ByteBuf in) {
    if (in.readableBytes() < LENGTH_BYTES) {
      return false;
    }
    long length = in.getUnsignedInt(in.readerIndex());
    if (length > maxFrameBytes) {
      throw new MalformedFrameException(ErrorCode.FRAME_TOO_LARGE, lengthMessage(length));
    }
    if (length < FRAME_MIN_BYTES) {
      throw new MalformedFrameException(lengthMessage(length));
    }
    int frameBytes = LENGTH_BYTES + (int) length;
    unfinishedBytes = frameBytes;
    missingBytes = frameBytes - in.readableBytes();
    return missingBytes <= 0;
  }

  private String lengthMessage(long length) {
    return "frame length: "
        + length
        + " (expected: "
        + FRAME_MIN_BYTES
        + " to "
        + maxFrameBytes
        + (established ? ")" : " before the greeting is over)");
  }

  private Frame read(ByteBuf in) {
    int length = in.readInt();
    int code = in.readUnsignedByte();
    int correlation = in.readInt();
    FrameType type = FrameType.ofCode(code);
    if (type == null) {
      throw new MalformedFrameException(
          "frame type: 0x" + Integer.toHexString(code) + " (expected: a type of version 1)");
    }
    checkTurn(type);
    reader.start(in, length - FRAME_MIN_BYTES, type);
    Frame frame =
        atBroker
            ? RequestReader.read(type, correlation, reader)
            : AnswerReader.read(type, correlation, reader);
    reader.finish();
    return frame;
  }

  private void checkTurn(FrameType type) {
    boolean greeting = type == FrameType.HELLO || type == FrameType.HELLO_OK;
    if (established && greeting) {
      throw new MalformedFrameException(
          "frame type: " + type + " (expected: once, as the connection's first)");
    }
    if (!established && !greeting && (atBroker || type != FrameType.ERROR)) {
      throw new MalformedFrameException(
          "frame type: "
              + type
              + " (expected: "
              + (atBroker ? "HELLO" : "HELLO_OK or ERROR")
              + " first)");
    }
  }
}
