package io.parley.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.ProtocolVersion;
import io.parley.protocol.codec.FrameDecoder;
import io.parley.protocol.codec.FrameEncoder;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageId;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The client's line to the broker, which outlives the sockets it is made of.
 *
 * <pre>
 *             connect()            HELLO_OK
 *   [down] ──────────────▶ [greeting] ─────────▶ [up] : registrations, then all open calls in order
 *      ▲ ◀── refused, next address ──┘             │
 *      └──── after a back-off ◀── socket ended ────┘        close(), abort(): [closed] for good
 * </pre>
 *
 * <p>Invariants: a call is in {@code calls} from {@link #call} until it is answered or failed, in
 * the order of asking, and is written once per socket. Frames of one socket are written in the
 * order they were handed over.
 *
 * <p>Everything runs on the event loop unless a method says otherwise.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty's: a socket that fails ends, and that is seen
final class Connection {
  private static final int SOCKET_CONNECT_TIMEOUT_MS = 5_000;
  private static final int GREETING_TIMEOUT_MS = 5_000;

  /** A connection that lasted this long was a good one: the next back-off starts short. */
  private static final long GOOD_CONNECTION_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** How often to look whether handlers are done before leaving a broker that stops. */
  private static final int LEAVE_LOOK_MS = 20;

  /** After so many looks, 4 s, it is left anyway. */
  private static final int LEAVE_LOOKS_MAX = 200;

  /** Three heartbeats, looked at twice each. */
  private static final int SILENT_LOOKS_MAX = 6;

  /** Most frames encoded into one buffer; bounds what is allocated at once. */
  private static final int FRAMES_PER_BUFFER_MAX = 16;

  /** Enough to make a frame's own cost small, little enough to be encoded and stored at once. */
  private static final int BATCH_BYTES_MAX = 256 * 1024;

  /** More than a batch frame's fields besides what it carries. */
  private static final int FRAME_FIELDS_BYTES = 64;

  private final ClientSettings settings;
  private final EventLoop loop = EventLoops.join();
  private final Backoff backoff;
  private final RandomGenerator random;
  private final Map<Integer, Call> calls = new LinkedHashMap<>();
  private final Map<Integer, Registration> consumers = new LinkedHashMap<>();
  private final Map<Integer, Registration> responders = new LinkedHashMap<>();
  private final CompletableFuture<Void> firstConnected = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final AtomicInteger lastNumber = new AtomicInteger();
  private List<Request> outgoing = new ArrayList<>();

  private @Nullable HandlerThreads consuming;
  private @Nullable Sends sends;
  private @Nullable Channel channel;
  private @Nullable ParleyException whyEnding;
  private MessageId producerSession;
  private int nextAddress;
  private int addressesTried;
  private int lastCorrelation;
  private boolean flushing;
  private long upSince;
  private boolean heard;
  private boolean said;

  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile String lastFailure = "";
  private volatile Response.@Nullable HelloOk welcome;
  private volatile boolean up;

  Connection(ClientSettings settings, SecureRandom random) {
    this.settings = settings;
    this.random = random;
    this.backoff = new Backoff(random);
    this.producerSession = newProducerSession();
  }

  // ---- any thread

  /**
   * Starts connecting; completes with the first connection, or fails if a broker refuses it.
   *
   * @param sending what is told of connections besides the registrations
   */
  CompletableFuture<Void> connect(Sends sending) {
    loop.execute(
        () -> {
          sends = sending;
          tryNextAddress();
        });
    return firstConnected;
  }

  EventLoop loop() {
    return loop;
  }

  /** Runs something on the event loop; nothing, once that has ended with the last client. */
  void execute(Runnable work) {
    try {
      loop.execute(work);
    } catch (RejectedExecutionException e) {
      if (!closed.get()) {
        throw e;
      }
    }
  }

  ClientSettings settings() {
    return settings;
  }

  boolean isUp() {
    return up;
  }

  boolean isClosed() {
    return closed.get();
  }

  /** Most bytes of records or settlements to put into one frame, unless one alone is larger. */
  int batchBytesMax() {
    return Math.min(BATCH_BYTES_MAX, welcome().maxFrameBytes() - FRAME_FIELDS_BYTES);
  }

  /** What the last attempt to connect failed with, for errors; empty if none did. */
  String lastFailure() {
    return lastFailure;
  }

  /** What the broker said on the last connection. */
  Response.HelloOk welcome() {
    Response.HelloOk last = welcome;
    if (last == null) {
      throw new NotConnectedException("never connected to " + settings.uri());
    }
    return last;
  }

  /**
   * Ends everything at once: calls that wait fail.
   *
   * @param reset whether the socket is cut without what is still to be written
   */
  void close(boolean reset) {
    if (closed.compareAndSet(false, true)) {
      loop.execute(() -> closeNow(reset));
    }
  }

  /**
   * Completes when the socket has ended after {@link #close}, and the threads that nobody needs.
   */
  CompletableFuture<Void> ended() {
    return ended;
  }

  /** A number for a consumer or responder, never used before. */
  int newNumber() {
    return lastNumber.incrementAndGet();
  }

  // ---- event loop

  /** Asks, now or as soon as there is a connection. */
  void call(Call call) {
    if (closed.get()) {
      call.failed(closedException());
      return;
    }
    call.correlation(nextCorrelation());
    calls.put(call.correlation(), call);
    if (up) {
      write(call.frame());
    }
  }

  /** Writes a call again that was answered with an error worth a second try. */
  void callAgain(Call call) {
    if (closed.get()) {
      call.failed(closedException());
      return;
    }
    calls.put(call.correlation(), call);
    if (up) {
      write(call.frame());
    }
  }

  /** Waits no longer for an answer. */
  void forget(Call call) {
    calls.remove(call.correlation(), call);
  }

  /** Writes a frame that nothing answers; it is lost without a connection. */
  void write(Request frame) {
    if (!up) {
      return;
    }
    outgoing.add(frame);
    if (!flushing) {
      flushing = true;
      loop.execute(this::flush);
    }
  }

  void addConsumer(Registration consumer) {
    add(consumers, consumer);
  }

  void removeConsumer(Registration consumer) {
    consumers.remove(consumer.number());
  }

  /** The threads of all consumers, from the first's coming until the last one's leaving. */
  HandlerThreads joinThreads(int concurrency) {
    HandlerThreads threads = consuming;
    if (threads == null) {
      AtomicInteger made = new AtomicInteger();
      threads =
          HandlerThreads.of(
              this,
              0,
              work -> new HandlerThread(this, work, "parley-consumer-" + made.incrementAndGet()));
      consuming = threads;
    }
    threads.addThreads(concurrency);
    return threads;
  }

  /** Says that a consumer needs its threads no more; what runs ends by itself. */
  void leaveThreads(int concurrency) {
    HandlerThreads threads = consuming;
    if (threads != null) {
      threads.addThreads(-concurrency);
      if (threads.max() == 0) {
        threads.shutdown();
        consuming = null;
      }
    }
  }

  void addResponder(Registration responder) {
    add(responders, responder);
  }

  void removeResponder(Registration responder) {
    responders.remove(responder.number());
  }

  /** All of them, to be gone through while they change. */
  List<Registration> registrations() {
    List<Registration> all = new ArrayList<>(consumers.values());
    all.addAll(responders.values());
    return all;
  }

  private void add(Map<Integer, Registration> registrations, Registration registration) {
    if (closed.get()) {
      registration.abandoned();
      return;
    }
    registrations.put(registration.number(), registration);
    if (up) {
      call(registration.registering());
      registration.connected();
    }
  }

  // ---- making a socket

  private void tryNextAddress() {
    if (closed.get()) {
      return;
    }
    List<BrokerAddress> addresses = settings.uri().addresses();
    BrokerAddress address = addresses.get(nextAddress % addresses.size());
    addressesTried++;
    whyEnding = null;
    var unused =
        HostLookup.find(address.host())
            .whenCompleteAsync(
                (host, failure) -> {
                  if (failure == null) {
                    connect(address, host);
                  } else {
                    connectFailed(address, notConnected(address, Waiting.cause(failure)));
                  }
                },
                this::execute);
  }

  private void connect(BrokerAddress address, InetAddress host) {
    if (closed.get()) {
      return;
    }
    ChannelFuture connecting =
        new Bootstrap()
            .group(loop)
            .channel(EventLoops.socketClass())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, SOCKET_CONNECT_TIMEOUT_MS)
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel socket) {
                    FrameDecoder decoder = FrameDecoder.atClient();
                    socket.pipeline().addLast(decoder, new Incoming(address, decoder));
                  }
                })
            .connect(host, address.port());
    connecting.addListener(
        done -> {
          if (!done.isSuccess()) {
            connectFailed(address, notConnected(address, done.cause()));
          }
        });
  }

  private void connectFailed(BrokerAddress address, ParleyException reason) {
    if (closed.get()) {
      return;
    }
    lastFailure = "; last: " + reason.getMessage();
    tell(listener -> listener.connectFailed(address, reason));
    nextAddress++;
    boolean refused = !(reason instanceof NotConnectedException) && !reason.code().retryable();
    if (refused && !firstConnected.isDone()) {
      firstConnected.completeExceptionally(reason);
      return;
    }
    if (addressesTried < settings.uri().addresses().size()) {
      tryNextAddress();
      return;
    }
    addressesTried = 0;
    later(this::tryNextAddress, backoff.nextMs());
  }

  private void greet(Channel socket) {
    channel = socket;
    Request.Hello hello =
        new Request.Hello(
            nextCorrelation(),
            ProtocolVersion.OLDEST,
            ProtocolVersion.NEWEST,
            0,
            settings.uri().namespace(),
            settings.service(),
            settings.instance(),
            settings.uri().user(),
            settings.uri().password(),
            producerSession,
            Library.NAME);
    socket.writeAndFlush(FrameEncoder.encodeAll(List.of(hello), socket.alloc()));
    later(
        () -> {
          if (channel == socket && !up) {
            end(
                socket,
                new NotConnectedException("no answer to HELLO in " + GREETING_TIMEOUT_MS + " ms"));
          }
        },
        GREETING_TIMEOUT_MS);
  }

  private void welcomed(Channel socket, BrokerAddress address, Response.HelloOk hello) {
    welcome = hello;
    up = true;
    addressesTried = 0;
    upSince = System.nanoTime();
    List<Call> open = List.copyOf(calls.values());
    List<Registration> registrations = registrations();
    registrations.forEach(registration -> call(registration.registering()));
    open.forEach(call -> write(call.frame()));
    registrations.forEach(Registration::connected);
    if (sends != null) {
      sends.connected();
    }
    keepAlive(socket, hello.heartbeatMs(), 0);
    // First, so that who has a client's connection has heard of it.
    tell(listener -> listener.connected(address, hello.broker()));
    firstConnected.complete(null);
  }

  /**
   * Pings where nothing else is to be said, and notices when the broker says nothing any more.
   * Looks twice a heartbeat, and counts its looks instead of the time: a pause of this process, in
   * which what the broker said waits unread, is one look.
   */
  private void keepAlive(Channel socket, int heartbeatMs, int silentLooks) {
    if (heartbeatMs <= 0) {
      return;
    }
    heard = false;
    said = false;
    later(
        () -> {
          if (channel != socket || closed.get()) {
            return;
          }
          int silent = heard ? 0 : silentLooks + 1;
          if (silent >= SILENT_LOOKS_MAX) {
            String why = "nothing heard for three heartbeats of " + heartbeatMs + " ms";
            end(socket, new NotConnectedException(why));
            return;
          }
          boolean isIdle = !heard || !said;
          keepAlive(socket, heartbeatMs, silent);
          if (isIdle) {
            write(new Request.Ping(nextCorrelation()));
          }
        },
        Math.max(1, heartbeatMs / 2));
  }

  // ---- losing it

  private void end(Channel socket, ParleyException why) {
    if (channel == socket && whyEnding == null) {
      whyEnding = why;
    }
    socket.close();
  }

  private void socketEnded(Channel socket, BrokerAddress address) {
    if (channel != socket) {
      return;
    }
    ParleyException why = whyEnding;
    if (why == null) {
      why = new NotConnectedException("the connection to " + address + " ended");
    }
    channel = null;
    outgoing.clear();
    if (!up) {
      connectFailed(address, why);
      return;
    }
    up = false;
    if (System.nanoTime() - upSince > GOOD_CONNECTION_NANOS) {
      backoff.reset();
    }
    ParleyException reason = why;
    calls.values().removeIf(call -> !call.outlivesConnection());
    registrations().forEach(Registration::disconnected);
    if (!closed.get()) {
      tell(listener -> listener.disconnected(reason));
      addressesTried = 0;
      later(this::tryNextAddress, random.nextInt(backoff.nextMs()));
    }
  }

  private static void resetOnClose(Channel socket) {
    try {
      socket.config().setOption(ChannelOption.SO_LINGER, 0);
    } catch (ChannelException e) {
      // It ended by itself meanwhile: what was to be cut off is.
    }
  }

  private void closeNow(boolean reset) {
    Channel last = channel;
    if (last != null) {
      if (reset) {
        resetOnClose(last);
      }
      last.close();
    }
    up = false;
    ParleyException why = closedException();
    List<Call> open = List.copyOf(calls.values());
    calls.clear();
    open.forEach(call -> call.failed(why));
    registrations().forEach(Registration::abandoned);
    if (sends != null) {
      sends.closed(why);
    }
    firstConnected.completeExceptionally(why);
    CompletableFuture<Void> left = EventLoops.leave();
    if (last == null) {
      left.thenAccept(ended::complete);
    } else {
      last.closeFuture().addListener(done -> left.thenAccept(ended::complete));
    }
  }

  // ---- frames

  private void received(Channel socket, BrokerAddress address, FrameDecoder decoder, Frame frame) {
    if (socket != channel) {
      return;
    }
    heard = true;
    if (frame instanceof Response.HelloOk hello) {
      decoder.established(hello.maxFrameBytes());
      welcomed(socket, address, hello);
    } else if (frame instanceof Push.Deliver deliver) {
      push(consumers, deliver.consumer(), deliver);
    } else if (frame instanceof Push.Question question) {
      push(responders, question.responder(), question);
    } else if (frame instanceof Push.QuestionPages question) {
      push(responders, question.responder(), question);
    } else if (frame instanceof Push.QuestionCancelled || frame instanceof Push.QuestionCredit) {
      Push push = (Push) frame;
      responders.values().forEach(responder -> responder.received(push));
    } else if (frame instanceof Response.Failure failure) {
      failed(socket, failure);
    } else if (frame instanceof Response.Page page) {
      Call call = calls.get(page.correlation());
      if (call != null) {
        answered(socket, call, page);
      }
    } else if (frame instanceof Response response) {
      Call call = calls.remove(response.correlation());
      if (call != null) {
        answered(socket, call, response);
      }
    }
  }

  private void answered(Channel socket, Call call, Response response) {
    try {
      call.answered(response);
    } catch (ClassCastException e) {
      ParleyException wrong =
          new ParleyException(
              ErrorCode.MALFORMED_FRAME,
              "answer: "
                  + response.type()
                  + " (expected: the answer to "
                  + call.frame().type()
                  + ")");
      forget(call);
      call.failed(wrong);
      end(socket, wrong);
    }
  }

  private static void push(Map<Integer, Registration> registrations, int number, Push push) {
    Registration registration = registrations.get(number);
    if (registration != null) {
      registration.received(push);
    }
  }

  private void failed(Channel socket, Response.Failure failure) {
    ParleyException reason = BrokerErrors.of(failure);
    if (failure.code() == ErrorCode.OUT_OF_SEQUENCE) {
      // The broker knows another past of this session, such as a restored backup's, and will never
      // take what comes next. A new session starts a new count; its sends keep their ids.
      producerSession = newProducerSession();
      renumberSends();
      end(socket, reason);
      return;
    }
    if (failure.code() == ErrorCode.STORE_UNAVAILABLE
        && calls.get(failure.correlation()) instanceof SendBatch) {
      // In doubt: it may be on the disk. So it keeps its place and its number, and goes again on
      // the
      // next connection, which the broker takes once its store works.
      end(socket, reason);
      return;
    }
    Call call = failure.correlation() == 0 ? null : calls.remove(failure.correlation());
    if (call != null) {
      call.failed(reason);
    } else if (failure.code() == ErrorCode.GOING_AWAY && !failure.closing()) {
      registrations().forEach(Registration::leaving);
      leaveWhenIdle(socket, reason, LEAVE_LOOKS_MAX);
    }
    if (failure.closing()) {
      end(socket, reason);
    }
  }

  /**
   * The broker is stopping: lets running handlers finish first, for a while, then connects anew.
   */
  private void leaveWhenIdle(Channel socket, ParleyException why, int looksLeft) {
    if (channel != socket) {
      return;
    }
    if (looksLeft == 0 || registrations().stream().allMatch(Registration::isIdle)) {
      end(socket, why);
    } else {
      later(() -> leaveWhenIdle(socket, why, looksLeft - 1), LEAVE_LOOK_MS);
    }
  }

  private void renumberSends() {
    if (sends != null) {
      sends.restartSequences();
    }
    for (Call call : calls.values()) {
      if (call instanceof SendBatch batch) {
        batch.renumber();
      }
    }
  }

  private void flush() {
    flushing = false;
    Channel socket = channel;
    if (outgoing.isEmpty() || socket == null) {
      return;
    }
    said = true;
    List<Request> frames = outgoing;
    outgoing = new ArrayList<>();
    for (int from = 0; from < frames.size(); from += FRAMES_PER_BUFFER_MAX) {
      int to = Math.min(frames.size(), from + FRAMES_PER_BUFFER_MAX);
      encode(socket, frames.subList(from, to));
    }
    socket.flush();
  }

  private void encode(Channel socket, List<Request> frames) {
    try {
      socket.write(FrameEncoder.encodeAll(frames, socket.alloc()), socket.voidPromise());
    } catch (IllegalArgumentException e) {
      // One of them has a value no frame can hold: the others go, and that one fails.
      if (frames.size() > 1) {
        frames.forEach(frame -> encode(socket, List.of(frame)));
        return;
      }
      Call call = calls.remove(frames.get(0).correlation());
      if (call != null) {
        call.failed(
            new ParleyException(ErrorCode.INVALID_ARGUMENT, String.valueOf(e.getMessage())));
      }
    }
  }

  /** One socket's frames and its end. */
  private final class Incoming extends SimpleChannelInboundHandler<Frame> {
    private final BrokerAddress address;
    private final FrameDecoder decoder;

    Incoming(BrokerAddress address, FrameDecoder decoder) {
      this.address = address;
      this.decoder = decoder;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      if (closed.get()) {
        ctx.close();
      } else {
        greet(ctx.channel());
      }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, Frame frame) {
      received(ctx.channel(), address, decoder, frame);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      socketEnded(ctx.channel(), address);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      end(
          ctx.channel(),
          cause instanceof ParleyException known ? known : notConnected(address, cause));
    }
  }

  // ---- small things

  /** Runs something on the event loop after a while. */
  void later(Runnable work, int delayMs) {
    if (!loop.isShuttingDown()) {
      var unused = loop.schedule(work, delayMs, TimeUnit.MILLISECONDS);
    }
  }

  /** A listener's mistakes are its own. */
  void tell(Consumer<ClientListener> event) {
    try {
      event.accept(settings.listener());
    } catch (RuntimeException e) {
      System.getLogger("io.parley.client")
          .log(System.Logger.Level.WARNING, "a ClientListener failed", e);
    }
  }

  private int nextCorrelation() {
    do {
      lastCorrelation++;
    } while (lastCorrelation == 0 || calls.containsKey(lastCorrelation));
    return lastCorrelation;
  }

  private MessageId newProducerSession() {
    return new MessageId(random.nextLong(), random.nextLong());
  }

  private static ParleyException notConnected(BrokerAddress address, @Nullable Throwable cause) {
    String why = cause == null ? "" : ": " + cause.getMessage();
    NotConnectedException exception =
        new NotConnectedException("no connection to " + address + why);
    if (cause != null) {
      exception.initCause(cause);
    }
    return exception;
  }

  static NotConnectedException closedException() {
    return new NotConnectedException("the client is closed");
  }
}
