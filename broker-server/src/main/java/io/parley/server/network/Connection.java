package io.parley.server.network;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.MalformedFrameException;
import io.parley.protocol.codec.FrameDecoder;
import io.parley.protocol.codec.FrameEncoder;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Response;
import io.parley.server.session.ClientChannel;
import io.parley.server.session.Session;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client.
 *
 * <p>Out: any thread queues frames; one task at a time on the event loop encodes what is queued
 * into few buffers and flushes them together, whether or not the socket takes them: a frame in the
 * queue holds the whole chunks its messages are in, which may be a hundred times as much. What
 * waits is bounded for each connection, and by {@link OutboundMemory} for all together.
 *
 * <p>In: reading stops while the session wants no more, while a client that doesn't read its
 * answers has too many of them waiting, and inside a frame there is no room for ({@link
 * InboundMemory}).
 *
 * <pre>
 *   greeting --welcome--> open --close(why)--> closing: what is queued, then why, then end of output;
 *      |                    |                     |     what still arrives is dropped
 *      +------close(why)----+---------------------+--client closes or {@value #LINGER_MS} ms--> closed
 * </pre>
 *
 * <p>Fields without a word on threads are the event loop's.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails has nothing left to close
final class Connection implements ClientChannel {
  private static final Logger log = LoggerFactory.getLogger(Connection.class);

  /** Most bytes encoded into one buffer, unless one frame is larger. */
  static final int BUFFER_MAX_BYTES = 256 * 1024;

  /** Most bytes encoded before the other connections of the event loop get their turn. */
  private static final int TURN_MAX_BYTES = 1024 * 1024;

  /**
   * A socket closed with unread bytes in it is reset, and the client may never see why it was
   * closed. So output ends first, and the client has this long to notice.
   */
  private static final int LINGER_MS = 5_000;

  private static final Pattern CONTROLS = Pattern.compile("\\p{Cntrl}");

  private static final int READING_STOPS_AT_HIGH_WATERS = 4;
  private static final int CLOSES_AT_HIGH_WATERS = 64;
  private static final int QUEUE_CHUNK_FRAMES = 64;
  private static final int SHED_RETRY_AFTER_MS = 1_000;

  private final Channel channel;
  private final InetSocketAddress remote;
  private final int highWaterBytes;
  private final OutboundMemory outbound;
  private final InboundMemory inbound;
  private final UnfinishedFrame unfinished;
  private final NetworkCounters counters;

  /** Any thread adds, the event loop takes. Bounded by {@link #waitingBytes}. */
  private final MpscUnboundedAtomicArrayQueue<Frame> queue =
      new MpscUnboundedAtomicArrayQueue<>(QUEUE_CHUNK_FRAMES);

  /** Any thread. Weight of all frames queued or handed to Netty and not yet with the kernel. */
  private final AtomicLong waitingBytes = new AtomicLong();

  /** Any thread. True from when a flush is needed until one has found the queue empty. */
  private final AtomicBoolean flushAsked = new AtomicBoolean();

  /** Any thread. The last frame there will be, once somebody decided to close. */
  private final AtomicReference<Response.@Nullable Failure> farewell = new AtomicReference<>();

  /** Any thread. Somebody was told that the channel isn't writable, and hears when it is. */
  private volatile boolean senderWaits;

  /** Any thread. Whether it stands in line for {@link #outbound}. */
  private final AtomicBoolean inLine = new AtomicBoolean();

  /** Written by the event loop, read by any thread. */
  private volatile boolean pausedBySession;

  /** Written by the event loop, read by any thread. */
  private volatile boolean ended;

  private @Nullable Session session;
  private boolean welcomed;
  private boolean flushing;
  private boolean pausedByBacklog;
  private long handedOverBytes;
  private long writtenBytes;
  private long livenessMark;
  private long shedMark;

  Connection(
      Channel channel,
      InetSocketAddress remote,
      int highWaterBytes,
      OutboundMemory outbound,
      InboundMemory inbound,
      NetworkCounters counters) {
    this.channel = channel;
    this.remote = remote;
    this.highWaterBytes = highWaterBytes;
    this.outbound = outbound;
    this.inbound = inbound;
    this.unfinished = new UnfinishedFrame(this, inbound);
    this.counters = counters;
  }

  @Override
  public void send(Frame frame) {
    if (isClosing()) {
      return;
    }
    if (waitingBytes.get() >= (long) CLOSES_AT_HIGH_WATERS * highWaterBytes) {
      cut(
          waitingBytes.get()
              + " bytes wait for the client to read (expected: less than "
              + (long) CLOSES_AT_HIGH_WATERS * highWaterBytes
              + ")");
    } else {
      enqueue(frame);
    }
  }

  @Override
  public void close(Response.Failure why) {
    Response.Failure last =
        why.closing()
            ? why
            : new Response.Failure(
                why.correlation(), why.code(), true, why.retryAfterMs(), why.message());
    if (farewell.compareAndSet(null, last)) {
      enqueue(last);
      execute(this::closeInTheEnd);
    }
  }

  @Override
  public boolean isWritable() {
    if (hasRoom()) {
      return true;
    }
    // Set before the second look: either that one sees what was written since, or the event loop,
    // when it has written, sees that somebody waits.
    senderWaits = true;
    if (hasRoom()) {
      return true;
    }
    // With something waiting, it is looked at again when that is written.
    if (waitingBytes.get() == 0 && inLine.compareAndSet(false, true)) {
      outbound.refused(this::roomToWrite);
    }
    return false;
  }

  private boolean hasRoom() {
    long waiting = waitingBytes.get();
    return waiting == 0 ? outbound.hasRoom() : waiting < Math.min(highWaterBytes, outbound.share());
  }

  /** There is memory again for one that has nothing waiting. Any thread. */
  private void roomToWrite() {
    inLine.set(false);
    execute(this::wakeSender);
  }

  @Override
  public void resumeReading() {
    if (pausedBySession) {
      execute(
          () -> {
            pausedBySession = false;
            readOrPause();
          });
    }
  }

  @Override
  public void requestHeld(int bytes) {
    inbound.add(bytes);
  }

  @Override
  public void requestDone(int bytes) {
    inbound.give(bytes);
  }

  @Override
  public String remoteAddress() {
    return NetUtil.toSocketAddressString(remote);
  }

  InetAddress remoteHost() {
    return remote.getAddress();
  }

  /** Whether its end has begun; what the client still sends is of no interest. Any thread. */
  boolean isClosing() {
    return ended || farewell.get() != null;
  }

  /** The client got a session, which from now on hears of the connection's end. */
  void opened(Session accepted) {
    session = accepted;
  }

  /** The first frame of an accepted client; what its session sent before that follows it. */
  void welcome(Response.HelloOk welcome) {
    ByteBuf buffer = channel.alloc().ioBuffer(FrameWeight.of(welcome));
    FrameEncoder.encode(welcome, buffer);
    int bytes = buffer.readableBytes();
    write(buffer, 1, bytes, 0);
    channel.flush();
    welcomed = true;
    flush();
  }

  /** After each frame: stops reading where the session or the backlog of answers says so. */
  void frameHandled(Session current) {
    if (!current.acceptsMore()) {
      // Looked at twice, so that a resumeReading() in between isn't lost.
      pausedBySession = true;
      if (current.acceptsMore()) {
        pausedBySession = false;
      }
    }
    long waiting = waitingBytes.get();
    long share = Math.min(highWaterBytes, outbound.share());
    if (waiting > 0 && waiting >= READING_STOPS_AT_HIGH_WATERS * share) {
      pausedByBacklog = true;
    }
    readOrPause();
  }

  /** Closes a connection that takes no farewell. Any thread. */
  void cut(String why) {
    if (farewell.compareAndSet(null, closing(0, ErrorCode.OVERLOADED, why))) {
      log.warn("closing connection {}: {}", remoteAddress(), why);
      channel.close();
    }
  }

  boolean isReading() {
    return !isHeldBack() && !pausedByBacklog;
  }

  /** Whether nothing is read, and not for the client's own slowness. */
  boolean isHeldBack() {
    return pausedBySession || unfinished.isWaiting();
  }

  /** The frame that the client has begun to send. */
  UnfinishedFrame unfinished() {
    return unfinished;
  }

  /** Whether there was something to write since the last time this was asked, and none went out. */
  boolean isOutputStuck() {
    long mark = outputMark();
    boolean stuck = mark >= 0 && mark == livenessMark;
    livenessMark = mark;
    return stuck;
  }

  /** While memory for output is scarce: goes if it took nothing since this was last called. */
  void shedUnlessReading() {
    long mark = outputMark();
    if (mark >= 0 && mark == shedMark) {
      counters.connectionShed();
      cut(
          "the client reads nothing, while "
              + outbound.bytes()
              + " bytes wait to be read by all clients (expected: that it reads when so much waits)");
    }
    shedMark = mark;
  }

  /** Grows with each byte that goes out; -1 if there is nothing to write. */
  private long outputMark() {
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    return buffer == null || buffer.isEmpty() ? -1 : writtenBytes + buffer.currentProgress();
  }

  /** Closes it for others' sake, and gives up what it has sent of a frame. */
  void shed(String why) {
    if (!isClosing()) {
      counters.connectionShed();
      log.warn("closing connection {}: {}", remoteAddress(), why);
      close(new Response.Failure(0, ErrorCode.OVERLOADED, true, SHED_RETRY_AFTER_MS, why));
      channel.pipeline().remove(FrameDecoder.class);
    }
  }

  /**
   * Something went wrong on this connection, and ends it and nothing else: a broken frame is the
   * client's doing, a broken socket nobody's, the rest is ours.
   */
  void fail(Throwable thrown, String during) {
    Throwable cause =
        thrown instanceof DecoderException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    if (cause instanceof IOException) {
      log.debug("connection {} broke {}", remoteAddress(), during, cause);
      channel.close();
    } else if (cause instanceof MalformedFrameException malformed) {
      if (!isClosing()) {
        counters.malformedFrame();
        log.info("closing connection {}: {}", remoteAddress(), printable(malformed.toString()));
        close(closing(0, malformed.code(), malformed.getMessage()));
      }
    } else {
      log.error("closing connection {}: failed {}", remoteAddress(), during, cause);
      close(
          closing(
              0,
              ErrorCode.INTERNAL,
              "the broker failed " + during + " (" + cause.getClass().getSimpleName() + ")"));
    }
  }

  static Response.Failure closing(int correlation, ErrorCode code, @Nullable String message) {
    return new Response.Failure(correlation, code, true, 0, message == null ? "" : message);
  }

  /** What a client wrote, fit for one line of the log. */
  static String printable(String text) {
    return CONTROLS.matcher(text).replaceAll("?");
  }

  /** No request will follow: tells the session, once. */
  void end() {
    if (ended) {
      return;
    }
    ended = true;
    discardQueue();
    Session last = session;
    if (last != null) {
      try {
        last.disconnected();
      } catch (RuntimeException e) {
        log.error("failed to end the session of connection {}", remoteAddress(), e);
      }
    }
  }

  private void enqueue(Frame frame) {
    weigh(FrameWeight.of(frame));
    queue.offer(frame);
    if (ended) {
      execute(this::discardQueue); // it may have come after the end looked
    }
    if (!flushAsked.get() && flushAsked.compareAndSet(false, true)) {
      execute(this::flush);
    }
  }

  private void weigh(long more) {
    waitingBytes.addAndGet(more);
    outbound.add(more);
  }

  private void discardQueue() {
    for (Frame frame = queue.poll(); frame != null; frame = queue.poll()) {
      weigh(-FrameWeight.of(frame));
    }
  }

  /** Encodes and writes what is queued. */
  private void flush() {
    boolean greeting = !welcomed && farewell.get() == null;
    if (flushing || ended || greeting) {
      return;
    }
    flushing = true;
    try {
      for (long left = TURN_MAX_BYTES; left > 0 && !ended; ) {
        long written = writeBuffer();
        if (written == 0) {
          break;
        }
        left -= written;
      }
      channel.flush();
    } finally {
      flushing = false;
    }
    flushAgain();
  }

  private void flushAgain() {
    if (queue.isEmpty()) {
      flushAsked.set(false);
      // Who queued a frame in between saw that a flush was asked for.
      if (queue.isEmpty() || !flushAsked.compareAndSet(false, true)) {
        return;
      }
    }
    if (!ended) {
      execute(this::flush);
    }
  }

  /** Writes one buffer of frames; the weight of what left the queue, 0 if it was empty. */
  private long writeBuffer() {
    Frame frame = queue.peek();
    if (frame == null) {
      return 0;
    }
    int weight = FrameWeight.of(frame);
    long queued = waitingBytes.get() - handedOverBytes;
    ByteBuf buffer =
        channel.alloc().ioBuffer((int) Math.max(weight, Math.min(queued, BUFFER_MAX_BYTES)));
    long weights = 0;
    int frames = 0;
    boolean last = false;
    while (frame != null && (frames == 0 || weights + weight <= BUFFER_MAX_BYTES) && !last) {
      queue.poll();
      last = frame == farewell.get();
      weights += weight;
      frames++;
      if (welcomed || last) {
        encode(frame, buffer);
      }
      frame = queue.peek();
      weight = frame == null ? 0 : FrameWeight.of(frame);
    }
    handedOverBytes += weights;
    Future<Void> written = write(buffer, frames, buffer.readableBytes(), weights);
    if (last) {
      end();
      written.addListener(done -> endOutput());
    }
    return weights;
  }

  private void encode(Frame frame, ByteBuf buffer) {
    int start = buffer.writerIndex();
    try {
      FrameEncoder.encode(frame, buffer);
    } catch (RuntimeException e) {
      buffer.writerIndex(start);
      fail(e, "encoding " + frame.type());
    }
    if (frame instanceof Push.Deliver delivery) {
      release(delivery);
    }
  }

  /** The messages' bytes are copied: their chunks are the engine's again. */
  private static void release(Push.Deliver delivery) {
    List<Push.Segment> segments = delivery.segments();
    for (int i = 0; i < segments.size(); i++) {
      segments.get(i).batch().release();
    }
  }

  private Future<Void> write(ByteBuf buffer, int frames, int bytes, long weight) {
    return channel
        .write(buffer)
        .addListener(
            done -> {
              handedOverBytes -= weight;
              weigh(-weight);
              if (done.isSuccess()) {
                writtenBytes += bytes;
                counters.wrote(frames, bytes);
                wroteSome();
              } else {
                channel.close();
              }
            });
  }

  private void wroteSome() {
    if (ended) {
      return;
    }
    long waiting = waitingBytes.get();
    if (pausedByBacklog && waiting < highWaterBytes) {
      pausedByBacklog = false;
      readOrPause();
    }
    // Half, so that it isn't called for every buffer of a long backlog.
    if (waiting < highWaterBytes / 2) {
      wakeSender();
    }
  }

  private void wakeSender() {
    Session current = session;
    if (senderWaits && !ended && current != null) {
      senderWaits = false;
      try {
        current.writable();
      } catch (RuntimeException e) {
        fail(e, "resuming deliveries");
      }
    }
  }

  void readOrPause() {
    boolean read = isClosing() || isReading();
    if (channel.config().isAutoRead() != read) {
      channel.config().setAutoRead(read);
    }
  }

  /** The farewell may wait for a client that doesn't read; not for long. */
  private void closeInTheEnd() {
    readOrPause();
    if (channel.isOpen()) {
      Future<?> timer =
          channel.eventLoop().schedule(() -> channel.close(), LINGER_MS, TimeUnit.MILLISECONDS);
      channel.closeFuture().addListener(closed -> timer.cancel(false));
      flush();
    }
  }

  private void endOutput() {
    if (channel instanceof DuplexChannel socket && channel.isActive()) {
      socket.shutdownOutput();
    } else {
      channel.close();
    }
  }

  /** Has the event loop do something, unless that has ended. Any thread. */
  void execute(Runnable task) {
    try {
      channel.eventLoop().execute(task);
    } catch (RejectedExecutionException e) {
      log.trace("connection {} outlived its event loop", remoteAddress(), e);
    }
  }
}
