package io.parley.jmh;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.parley.engine.EngineSettings;
import io.parley.engine.sequencer.SteadyTime;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ProtocolVersion;
import io.parley.protocol.codec.FrameDecoder;
import io.parley.protocol.codec.FrameEncoder;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.BytePool;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Settlement;
import io.parley.server.namespace.Namespace;
import io.parley.server.namespace.Namespaces;
import io.parley.server.operation.Draining;
import io.parley.server.operation.LimitSettings;
import io.parley.server.operation.Operations;
import io.parley.server.session.ClientChannel;
import io.parley.server.session.Session;
import io.parley.server.session.SessionSettings;
import io.parley.server.telemetry.ServerMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A message's whole way through the server but for socket and disk: SEND from bytes to operation,
 * through the owner thread and its engine to CONFIRM and DELIVER in bytes, SETTLE in and SETTLED
 * out. The benchmark's thread takes the event loop's part, so there are the two hand-offs between
 * threads that a broker has.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OperationsPerInvocation(ServerPathBenchmark.MESSAGES)
@SuppressWarnings("NullAway.Init") // JMH calls set-ups before anything else
public class ServerPathBenchmark {
  static final int MESSAGES = 1_000;

  private static final int CONSUMER = 1;
  private static final int CREDIT = 10_000;
  private static final long CHUNK_CACHE_BYTES = 64L << 20;
  private static final long BYTES_IN_FLIGHT_MAX = 64L << 20;
  private static final int BUFFER_BYTES = 1 << 20;
  private static final long POOL_BYTES = 16L << 20;

  @Param({"100", "1000"})
  public int messagesPerFrame;

  private ServerMetrics metrics;
  private Namespaces namespaces;
  private Channel channel;
  private Session session;
  private Decoding decoding;
  private ByteBuf in;
  private ByteBuf out;
  private List<Request.Send> sends;
  private long lastSequence;
  private int unconfirmed;
  private int undelivered;
  private int unsettled;

  @Setup
  public void open() {
    channel = new Channel();
    metrics = new ServerMetrics();
    namespaces =
        new Namespaces(
            new Namespaces.Factory() {
              @Override
              public Namespace open(String name) {
                return Namespace.open(
                    name,
                    new DroppingStore(),
                    EngineSettings.DEFAULTS,
                    CHUNK_CACHE_BYTES,
                    SteadyTime.ofSystem(),
                    null,
                    defect -> channel.close(failure(defect)));
              }

              @Override
              public void delete(String name) {
                throw new UnsupportedOperationException();
              }
            });
    namespaces.open(Set.of());
    namespaces.addListener(namespace -> namespace.addListener(metrics.engine()));
    Operations operations =
        new Operations(
            namespaces,
            LimitSettings.DEFAULTS,
            SessionSettings.DEFAULTS,
            EngineSettings.DEFAULTS,
            SteadyTime.ofSystem(),
            metrics.engine(),
            BYTES_IN_FLIGHT_MAX,
            new Draining(),
            () -> null);
    session = operations.opened(hello(), channel);
    FrameDecoder decoder = FrameDecoder.atBroker(new BytePool(POOL_BYTES));
    decoding = new Decoding(decoder, frame -> session.received((Request) frame));
    in = PooledByteBufAllocator.DEFAULT.directBuffer(BUFFER_BYTES);
    out = PooledByteBufAllocator.DEFAULT.directBuffer(BUFFER_BYTES);
    sends = new ArrayList<>();
    for (int first = 0; first < MESSAGES; first += messagesPerFrame) {
      sends.add(new Request.Send(1, 1, Samples.batch(first, messagesPerFrame, Samples::command)));
    }
    receive(new Request.Consume(1, CONSUMER, "", List.of(Samples.COMMAND), CREDIT, 0));
    if (!(channel.take() instanceof Response.Ok)) {
      throw new IllegalStateException("the consumer was not opened");
    }
  }

  private static Request.Hello hello() {
    return new Request.Hello(
        1,
        ProtocolVersion.OLDEST,
        ProtocolVersion.NEWEST,
        0,
        "default",
        "cart",
        "",
        "",
        "",
        new MessageId(1, 1),
        "JMH");
  }

  private static Response.Failure failure(Throwable defect) {
    return new Response.Failure(0, ErrorCode.INTERNAL, true, 0, defect.toString());
  }

  @TearDown
  public void close() {
    session.disconnected();
    namespaces.close();
    metrics.close();
    decoding.close();
    in.release();
    out.release();
  }

  /** Commands sent, confirmed, delivered and settled, {@value #MESSAGES} of them on their way. */
  @Benchmark
  public int commands() {
    for (Request.Send send : sends) {
      receive(new Request.Send(1, lastSequence + 1, send.batch()));
      lastSequence += messagesPerFrame;
    }
    unconfirmed = sends.size();
    undelivered = MESSAGES;
    while (unconfirmed > 0 || undelivered > 0 || unsettled > 0) {
      Frame frame = channel.take();
      out.clear();
      FrameEncoder.encode(frame, out);
      answer(frame);
    }
    return out.readableBytes();
  }

  private void receive(Request request) {
    in.clear();
    FrameEncoder.encode(request, in);
    decoding.decode(in);
  }

  /** What a client does next. */
  private void answer(Frame frame) {
    switch (frame.type()) {
      case CONFIRM -> unconfirmed--;
      case DELIVER -> settle((Push.Deliver) frame);
      case SETTLED -> unsettled--;
      default -> throw new IllegalStateException("received " + frame);
    }
  }

  private void settle(Push.Deliver delivery) {
    List<Settlement> settlements = new ArrayList<>(delivery.segments().size());
    int messages = 0;
    for (Push.Segment segment : delivery.segments()) {
      int count = segment.batch().count();
      settlements.add(new Settlement.Complete(delivery.epoch(), segment.firstSequence(), count));
      messages += count;
      segment.batch().release();
    }
    undelivered -= messages;
    unsettled++;
    receive(new Request.Settle(1, CONSUMER, lastSequence - undelivered, settlements));
    receive(new Request.Credit(0, CONSUMER, messages));
  }

  /** Hands the owner thread's frames over to the benchmark's. */
  private static final class Channel implements ClientChannel {
    private final MpscUnboundedAtomicArrayQueue<Frame> queue =
        new MpscUnboundedAtomicArrayQueue<>(64);

    private volatile @Nullable Thread waiting;

    Frame take() {
      Frame frame = queue.poll();
      if (frame == null) {
        waiting = Thread.currentThread();
        for (frame = queue.poll(); frame == null; frame = queue.poll()) {
          LockSupport.park(this);
        }
        waiting = null;
      }
      return frame;
    }

    @Override
    public void send(Frame frame) {
      queue.offer(frame);
      Thread waiter = waiting;
      if (waiter != null) {
        LockSupport.unpark(waiter);
      }
    }

    @Override
    public void close(Response.Failure why) {
      send(why);
    }

    @Override
    public boolean isWritable() {
      return true;
    }

    @Override
    public void resumeReading() {}

    @Override
    public void requestHeld(int bytes) {}

    @Override
    public void requestDone(int bytes) {}

    @Override
    public String remoteAddress() {
      return "benchmark";
    }
  }
}
