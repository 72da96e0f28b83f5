package io.parley.jmh;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.parley.protocol.codec.FrameDecoder;
import io.parley.protocol.codec.FrameEncoder;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.Settlement;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Frames of the hot path to bytes and back, per message: what a message's share of them costs. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OperationsPerInvocation(CodecBenchmark.MESSAGES)
@SuppressWarnings("NullAway.Init") // JMH calls set-ups before anything else
public class CodecBenchmark {
  static final int MESSAGES = 1_000;

  @Param({"100", "1000"})
  public int messagesPerFrame;

  private int frames;
  private ByteBuf buffer;
  private Decoding atBroker;
  private Decoding atClient;
  private Frame decoded;
  private Coded send;
  private Coded confirm;
  private Coded deliver;
  private Coded settle;
  private Coded settled;

  @Setup
  public void encodeSamples() {
    frames = MESSAGES / messagesPerFrame;
    MessageBatch batch = Samples.batch(0, messagesPerFrame, Samples::command);
    // Each by itself: what a client says of messages whose neighbours aren't done yet.
    List<Settlement> settlements = new ArrayList<>();
    for (int i = 0; i < messagesPerFrame; i++) {
      settlements.add(new Settlement.Complete(1L << 40, 1 + i, 1));
    }
    Push.Segment segment = new Push.Segment(1, 1, 1_700_000_000_000L, batch);
    send = new Coded(new Request.Send(7, 1, batch));
    confirm = new Coded(new Response.Confirm(7, List.of()));
    deliver = new Coded(new Push.Deliver(1, 1L << 40, 30_000, List.of(segment)));
    settle = new Coded(new Request.Settle(8, 1, messagesPerFrame, settlements));
    settled = new Coded(new Response.Settled(8, List.of()));
    buffer = PooledByteBufAllocator.DEFAULT.directBuffer(deliver.bytes.readableBytes());
    atBroker = new Decoding(FrameDecoder.atBroker(), frame -> decoded = frame);
    atClient = new Decoding(FrameDecoder.atClient(), frame -> decoded = frame);
  }

  @TearDown
  public void release() {
    atBroker.close();
    atClient.close();
    buffer.release();
    for (Coded coded : List.of(send, confirm, deliver, settle, settled)) {
      coded.bytes.release();
    }
  }

  @Benchmark
  public int encodeSend() {
    return encode(send);
  }

  @Benchmark
  public Frame decodeSend() {
    return decode(atBroker, send);
  }

  @Benchmark
  public int encodeConfirm() {
    return encode(confirm);
  }

  @Benchmark
  public Frame decodeConfirm() {
    return decode(atClient, confirm);
  }

  @Benchmark
  public int encodeDeliver() {
    return encode(deliver);
  }

  @Benchmark
  public Frame decodeDeliver() {
    return decode(atClient, deliver);
  }

  @Benchmark
  public int encodeSettle() {
    return encode(settle);
  }

  @Benchmark
  public Frame decodeSettle() {
    return decode(atBroker, settle);
  }

  @Benchmark
  public int encodeSettled() {
    return encode(settled);
  }

  @Benchmark
  public Frame decodeSettled() {
    return decode(atClient, settled);
  }

  private int encode(Coded coded) {
    int bytes = 0;
    for (int i = 0; i < frames; i++) {
      buffer.clear();
      FrameEncoder.encode(coded.frame, buffer);
      bytes += buffer.readableBytes();
    }
    return bytes;
  }

  private Frame decode(Decoding decoding, Coded coded) {
    for (int i = 0; i < frames; i++) {
      decoding.decode(coded.bytes);
    }
    return decoded;
  }

  /** A frame and its bytes. */
  private record Coded(Frame frame, ByteBuf bytes) {
    Coded(Frame frame) {
      this(frame, PooledByteBufAllocator.DEFAULT.directBuffer());
      FrameEncoder.encode(frame, bytes);
    }
  }
}
