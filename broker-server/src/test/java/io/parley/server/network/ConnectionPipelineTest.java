package io.parley.server.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.MalformedFrameException;
import io.parley.protocol.ParleyException;
import io.parley.protocol.WireLimits;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.server.security.StaticUsers;
import io.parley.server.session.ClientChannel;
import io.parley.server.session.Session;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The pipeline of one connection, without sockets and with the time in the test's hands. */
class ConnectionPipelineTest {
  private static final int HIGH_WATER = 1024 * 1024;
  private static final Response.Failure WHY =
      new Response.Failure(0, ErrorCode.SESSION_TAKEN_OVER, true, 0, "taken over");

  private final OutboundMemory outbound = new OutboundMemory(OutboundMemory.MAX_BYTES);
  private final InboundMemory inbound = new InboundMemory(InboundMemory.MAX_BYTES);
  private final NetworkCounters counters = new NetworkCounters();
  private final List<RecordingSession> sessions = new ArrayList<>();
  private final List<EmbeddedChannel> channels = new ArrayList<>();
  private final Frames.Reader reader = new Frames.Reader();
  private Map<String, String> users = Map.of();
  private int connectionsMax = 10;
  private int greetingsMax = 10;
  private Consumer<ClientChannel> onOpened = channel -> {};

  @AfterEach
  void releaseEverything() {
    channels.forEach(EmbeddedChannel::finishAndReleaseAll);
    assertThat(outbound.bytes()).as("bytes that nobody is to read").isZero();
    assertThat(inbound.bytes()).as("bytes of frames that nobody sends").isZero();
  }

  // ---- greeting

  @Test
  void shouldWelcomeClientThatSaysHello() {
    EmbeddedChannel channel = connect();

    channel.writeInbound(Frames.bytes(Frames.hello("shop", "cart", "cart-1", "me", "secret")));

    assertThat(framesOut(channel)).containsExactly(session().welcome());
    assertThat(session().hello.user()).isEqualTo("anonymous");
    assertThat(session().hello.secret()).isEmpty();
    assertThat(session().hello.namespace()).isEqualTo("shop");
    assertThat(session().channel.remoteAddress()).isEqualTo("127.0.0.1:5000");
    assertThat(counters.greetings()).isZero();
    assertThat(counters.connections()).isEqualTo(1);
  }

  @Test
  void shouldWelcomeClientWithoutServiceAndInstance() {
    EmbeddedChannel channel = connect();

    channel.writeInbound(Frames.bytes(Frames.hello("shop", "", "", "", "")));

    assertThat(framesOut(channel)).hasOnlyElementsOfType(Response.HelloOk.class).hasSize(1);
  }

  @Test
  void shouldTellSessionWhoAuthenticated() {
    users = Map.of("ada", "lovelace");
    EmbeddedChannel channel = connect("192.0.2.1");

    channel.writeInbound(Frames.bytes(Frames.hello("shop", "cart", "", "ada", "lovelace")));

    assertThat(session().hello.user()).isEqualTo("ada");
    assertThat(session().hello.secret()).isEmpty();
  }

  @Test
  void shouldRefuseWrongPassword() {
    users = Map.of("ada", "lovelace");

    assertRefused(
        connect(), Frames.hello("shop", "cart", "", "ada", "x"), ErrorCode.UNAUTHENTICATED);
  }

  @Test
  void shouldRefuseClientFromElsewhereWithoutUsers() {
    assertRefused(connect("192.0.2.1"), Frames.hello(), ErrorCode.UNAUTHENTICATED);
  }

  @Test
  void shouldRefuseVersionsItDoesNotSpeak() {
    assertRefused(connect(), Frames.helloOfVersions(2, 3), ErrorCode.UNSUPPORTED_VERSION);
  }

  @Test
  void shouldRefuseNamesThatAreNone() {
    assertRefused(connect(), Frames.hello("", "cart", "", "", ""), ErrorCode.INVALID_NAME);
    assertRefused(connect(), Frames.hello("a b", "cart", "", "", ""), ErrorCode.INVALID_NAME);
    assertRefused(connect(), Frames.hello("shop", "c/t", "", "", ""), ErrorCode.INVALID_NAME);
    assertRefused(connect(), Frames.hello("shop", "cart", "ä", "", ""), ErrorCode.INVALID_NAME);
  }

  @Test
  void shouldRefuseWhatTheListenerRefuses() {
    onOpened =
        channel -> {
          channel.send(new Response.Ok(1)); // must not be seen: nobody was welcomed
          throw new ParleyException(
              ErrorCode.NAMESPACE_NOT_FOUND, "namespace: 'shop'", Duration.ofSeconds(2));
        };
    EmbeddedChannel channel = connect();

    channel.writeInbound(Frames.bytes(Frames.hello()));

    assertThat(framesOut(channel))
        .containsExactly(
            new Response.Failure(
                7, ErrorCode.NAMESPACE_NOT_FOUND, true, 2_000, "namespace: 'shop'"));
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void shouldCloseConnectionThatSaysNoHelloInTime() {
    EmbeddedChannel channel = connect();

    pass(channel, 9_999);
    assertThat(channel.isOpen()).isTrue();
    pass(channel, 1);

    assertClosedWith(channel, ErrorCode.UNAUTHENTICATED);
    assertThat(counters.greetings()).isZero();
    assertThat(counters.connections()).isZero();
  }

  @Test
  void shouldCloseConnectionThatTricklesItsHello() {
    EmbeddedChannel channel = connect();
    ByteBuf hello = Frames.bytes(Frames.hello());
    for (int second = 0; second < 10; second++) {
      channel.writeInbound(hello.readRetainedSlice(1));
      pass(channel, 1_000);
    }
    hello.release();

    assertClosedWith(channel, ErrorCode.UNAUTHENTICATED);
  }

  @Test
  void shouldForgetHelloTimeoutOnceWelcome() {
    EmbeddedChannel channel = welcome();

    pass(channel, 10_001);

    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void shouldReadNothingBeforeHello() {
    EmbeddedChannel channel = connect();

    channel.writeInbound(Frames.bytes(new Request.Ping(1), Frames.hello()));

    assertClosedWith(channel, ErrorCode.MALFORMED_FRAME);
    assertThat(sessions).isEmpty();
  }

  @Test
  void shouldLimitFramesBeforeHello() {
    EmbeddedChannel channel = connect();

    channel.writeInbound(
        Unpooled.buffer().writeInt(WireLimits.UNAUTHENTICATED_FRAME_MAX_BYTES + 1));

    assertClosedWith(channel, ErrorCode.FRAME_TOO_LARGE);
  }

  @Test
  void shouldAcceptLargeFramesBehindHelloInOneRead() {
    EmbeddedChannel channel = connect();
    Request.Send large =
        new Request.Send(1, 1, Frames.delivery(1, 100_000).segments().get(0).batch());

    channel.writeInbound(Frames.bytes(Frames.hello(), large));

    assertThat(session().requests).hasSize(1);
  }

  @Test
  void shouldRefuseConnectionsOverTheLimit() {
    connectionsMax = 1;
    EmbeddedChannel first = welcome();

    EmbeddedChannel second = connect();
    assertClosedWith(second, ErrorCode.TOO_MANY);
    assertThat(counters.connections()).isEqualTo(1);
    assertThat(first.isOpen()).isTrue();

    first.close().syncUninterruptibly();
    assertThat(connect().isOpen()).isTrue();
  }

  @Test
  void shouldRefuseConnectionsWhileTooManyAreGreeting() {
    greetingsMax = 1;
    EmbeddedChannel first = connect();

    EmbeddedChannel second = connect();
    assertThat(framesOut(second))
        .singleElement()
        .isInstanceOfSatisfying(
            Response.Failure.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(ErrorCode.OVERLOADED);
              assertThat(failure.retryAfterMs()).isPositive();
            });
    assertThat(second.isOpen()).isFalse();

    first.writeInbound(Frames.bytes(Frames.hello()));
    assertThat(connect().isOpen()).isTrue();
  }

  @Test
  void shouldSendWelcomeBeforeWhatTheSessionSentMeanwhile() {
    onOpened = channel -> channel.send(new Response.Ok(1));
    EmbeddedChannel channel = connect();

    channel.writeInbound(Frames.bytes(Frames.hello()));

    assertThat(framesOut(channel)).containsExactly(session().welcome(), new Response.Ok(1));
  }

  // ---- what goes wrong ends this connection

  @Test
  void shouldHandleWhatCameBeforeMalformedFrameAndNothingAfter() {
    EmbeddedChannel channel = welcome();

    channel.writeInbound(
        Unpooled.wrappedBuffer(
            Frames.bytes(new Request.Ping(1)),
            Frames.garbage(),
            Frames.bytes(new Request.Ping(2))));

    assertThat(session().requests).containsExactly(new Request.Ping(1));
    assertClosedWith(channel, ErrorCode.MALFORMED_FRAME);
    assertThat(counters.malformedFrames()).isEqualTo(1);
    assertThat(session().disconnects).hasValue(1);
  }

  @Test
  void shouldCloseOnFrameThatEndsInsideItsFields() {
    EmbeddedChannel channel = welcome();

    channel.writeInbound(Unpooled.buffer().writeInt(6).writeByte(0x22).writeInt(1).writeByte(0));

    assertClosedWith(channel, ErrorCode.MALFORMED_FRAME);
  }

  @Test
  void shouldCloseOnSecondHello() {
    EmbeddedChannel channel = welcome();

    channel.writeInbound(Frames.bytes(Frames.hello()));

    assertClosedWith(channel, ErrorCode.MALFORMED_FRAME);
    assertThat(sessions).hasSize(1);
  }

  @Test
  void shouldCloseWhenSessionFindsRequestMalformed() {
    EmbeddedChannel channel = welcome();
    session().onRequest =
        request -> {
          throw new MalformedFrameException("ANSWER status: 999 (expected: 200 …)");
        };

    channel.writeInbound(Frames.bytes(new Request.Ping(1), new Request.Ping(2)));

    assertThat(framesOut(channel))
        .containsExactly(
            new Response.Failure(
                0, ErrorCode.MALFORMED_FRAME, true, 0, "ANSWER status: 999 (expected: 200 …)"));
    assertThat(session().requests).hasSize(1);
    assertThat(session().disconnects).hasValue(1);
  }

  @Test
  void shouldCloseWithInternalErrorWhenSessionFails() {
    EmbeddedChannel channel = welcome();
    session().onRequest =
        request -> {
          throw new IllegalStateException("the test's defect");
        };

    channel.writeInbound(Frames.bytes(new Request.Ping(1)));

    assertClosedWith(channel, ErrorCode.INTERNAL);
    assertThat(counters.malformedFrames()).isZero();
  }

  @Test
  void shouldCloseWithInternalErrorWhenFrameCannotBeEncoded() {
    EmbeddedChannel channel = welcome();

    session().channel.send(new Response.Ok(1));
    session().channel.send(new Push.Deliver(1, 1, -1, List.of()));
    channel.runPendingTasks();

    assertThat(framesOut(channel))
        .satisfiesExactly(
            frame -> assertThat(frame).isEqualTo(new Response.Ok(1)),
            frame -> assertThat(((Response.Failure) frame).code()).isEqualTo(ErrorCode.INTERNAL));
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void shouldSendWhatIsQueuedBeforeTheReasonToCloseAndNothingAfter() {
    EmbeddedChannel channel = welcome();

    session().channel.send(new Response.Ok(1));
    session().channel.close(WHY);
    session().channel.close(new Response.Failure(0, ErrorCode.INTERNAL, true, 0, "too late"));
    session().channel.send(new Response.Ok(2));
    channel.runPendingTasks();

    assertThat(framesOut(channel)).containsExactly(new Response.Ok(1), WHY);
    assertThat(channel.isOpen()).isFalse();
    assertThat(session().disconnects).hasValue(1);
  }

  @Test
  void shouldMarkTheReasonToCloseAsClosing() {
    EmbeddedChannel channel = welcome();

    session().channel.close(new Response.Failure(3, ErrorCode.GOING_AWAY, false, 5, "bye"));
    channel.runPendingTasks();

    assertThat(framesOut(channel))
        .containsExactly(new Response.Failure(3, ErrorCode.GOING_AWAY, true, 5, "bye"));
  }

  @Test
  void shouldTellSessionOnceThatTheClientLeft() {
    EmbeddedChannel channel = welcome();

    channel.close().syncUninterruptibly();
    session().channel.send(new Response.Ok(1));
    session().channel.close(WHY);
    channel.runPendingTasks();

    assertThat(session().disconnects).hasValue(1);
    assertThat(framesOut(channel)).isEmpty();
    assertThat(counters.connections()).isZero();
  }

  @Test
  void shouldGiveUpOnClientThatDoesNotTakeTheReasonToClose() {
    EmbeddedChannel channel = welcome();
    holdOutput(channel);

    session().channel.close(WHY);
    channel.runPendingTasks();
    assertThat(session().disconnects).hasValue(1);
    assertThat(channel.isOpen()).isTrue();
    pass(channel, 5_000);

    assertThat(channel.isOpen()).isFalse();
  }

  // ---- writing

  @Test
  void shouldWriteAllQueuedFramesAsOneBufferInOrder() {
    EmbeddedChannel channel = welcome();
    List<Frame> frames =
        IntStream.range(0, 1_000).mapToObj(i -> (Frame) new Response.Ok(i)).toList();

    frames.forEach(session().channel::send);
    channel.runPendingTasks();

    assertThat(channel.outboundMessages()).hasSize(1);
    assertThat(framesOut(channel)).isEqualTo(frames);
    assertThat(counters.framesOut()).isEqualTo(1_001);
  }

  @Test
  void shouldWriteNoBufferLargerThanItsBoundUnlessOneFrameIs() {
    EmbeddedChannel channel = welcome();
    List<Frame> frames = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      frames.add(Frames.delivery(i, i == 50 ? 900_000 : 10_000));
    }

    frames.forEach(session().channel::send);
    channel.runPendingTasks();

    List<Integer> sizes =
        channel.outboundMessages().stream().map(m -> ((ByteBuf) m).readableBytes()).toList();
    assertThat(sizes).hasSize(5).filteredOn(size -> size > 256 * 1024).hasSize(1);
    assertThat(framesOut(channel))
        .extracting(f -> ((Push.Deliver) f).epoch())
        .isEqualTo(IntStream.range(0, 100).mapToObj(i -> (long) i).toList());
  }

  @Test
  void shouldNotBeWritableWhileTooMuchWaitsAndSayWhenItIsAgain() {
    EmbeddedChannel channel = welcome();
    HeldOutput held = holdOutput(channel);
    assertThat(session().channel.isWritable()).isTrue();

    for (int i = 0; i < 4; i++) {
      session().channel.send(Frames.delivery(i, HIGH_WATER / 4));
    }
    assertThat(session().channel.isWritable()).isFalse();
    channel.runPendingTasks();
    held.release(2);
    assertThat(session().writables).hasValue(0);
    held.release(1);

    assertThat(session().writables).hasValue(1);
    assertThat(session().channel.isWritable()).isTrue();
    held.release(1);
    assertThat(session().writables).hasValue(1);
  }

  @Test
  void shouldNotCallSessionThatNeverAskedWhetherItMayWrite() {
    EmbeddedChannel channel = welcome();

    session().channel.send(Frames.delivery(1, 2 * HIGH_WATER));
    channel.runPendingTasks();

    assertThat(framesOut(channel)).hasSize(1);
    assertThat(session().writables).hasValue(0);
  }

  // ---- reading

  @Test
  void shouldStopReadingUntilTheSessionTakesMore() {
    EmbeddedChannel channel = welcome();
    session().acceptsMore = () -> false;

    channel.writeInbound(Frames.bytes(new Request.Ping(1)));
    assertThat(channel.config().isAutoRead()).isFalse();

    session().channel.resumeReading();
    channel.runPendingTasks();
    assertThat(channel.config().isAutoRead()).isTrue();
  }

  @Test
  void shouldKeepReadingWhenTheSessionTakesMoreBeforeReadingStopped() {
    EmbeddedChannel channel = welcome();
    AtomicBoolean asked = new AtomicBoolean();
    session().acceptsMore =
        () -> {
          boolean accepts = asked.getAndSet(true);
          if (!accepts) {
            session().channel.resumeReading(); // has no effect: reading hasn't stopped yet
          }
          return accepts;
        };

    channel.writeInbound(Frames.bytes(new Request.Ping(1)));
    channel.runPendingTasks();

    assertThat(channel.config().isAutoRead()).isTrue();
  }

  @Test
  void shouldStopReadingWhileTooManyAnswersWait() {
    EmbeddedChannel channel = welcome();
    HeldOutput held = holdOutput(channel);
    session().onRequest = request -> session().channel.send(Frames.delivery(1, HIGH_WATER));

    for (int i = 0; i < 3; i++) {
      channel.writeInbound(Frames.bytes(new Request.Ping(i)));
    }
    assertThat(channel.config().isAutoRead()).isTrue();
    channel.writeInbound(Frames.bytes(new Request.Ping(3)));
    assertThat(channel.config().isAutoRead()).isFalse();

    held.release(3);
    assertThat(channel.config().isAutoRead()).isFalse();
    held.release(1);
    assertThat(channel.config().isAutoRead()).isTrue();
  }

  @Test
  void shouldCutClientThatNeverReads() {
    EmbeddedChannel channel = welcome();
    holdOutput(channel);

    for (int i = 0; i < 100 && channel.isOpen(); i++) {
      session().channel.send(Frames.delivery(i, HIGH_WATER));
    }

    assertThat(channel.isOpen()).isFalse();
    assertThat(session().disconnects).hasValue(1);
  }

  // ---- heartbeat

  @Test
  void shouldCloseConnectionWithoutFrameForThreeHeartbeats() {
    EmbeddedChannel channel = welcome();
    pass(channel, RecordingSession.HEARTBEAT_MS);
    pass(channel, RecordingSession.HEARTBEAT_MS);
    pass(channel, RecordingSession.HEARTBEAT_MS - 1);
    assertThat(channel.isOpen()).isTrue();

    pass(channel, 1);

    assertClosedWith(channel, ErrorCode.INVALID_ARGUMENT);
    assertThat(session().disconnects).hasValue(1);
  }

  @Test
  void shouldKeepConnectionThatPings() {
    EmbeddedChannel channel = welcome();

    for (int i = 0; i < 20; i++) {
      channel.writeInbound(Frames.bytes(new Request.Ping(i)));
      pass(channel, RecordingSession.HEARTBEAT_MS);
      pass(channel, RecordingSession.HEARTBEAT_MS);
    }

    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void shouldNotCountHalfFramesAsLife() {
    EmbeddedChannel channel = welcome();
    ByteBuf frame = Frames.bytes(Frames.delivery(1, 100));

    for (int i = 0; i < 30 && channel.isOpen(); i++) {
      channel.writeInbound(frame.readRetainedSlice(1));
      pass(channel, 1_000);
    }
    frame.release();

    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void shouldShowThatItIsThereWhileItDoesNotRead() {
    EmbeddedChannel channel = welcome();
    session().acceptsMore = () -> false;
    channel.writeInbound(Frames.bytes(new Request.Ping(1)));

    pass(channel, RecordingSession.HEARTBEAT_MS);
    assertThat(framesOut(channel)).containsExactly(new Response.Pong(0));
    for (int i = 0; i < 10; i++) {
      pass(channel, RecordingSession.HEARTBEAT_MS);
    }

    assertThat(channel.isOpen()).isTrue();
  }

  // ---- helpers

  private EmbeddedChannel connect() {
    return connect("127.0.0.1");
  }

  private EmbeddedChannel connect(String host) {
    NetworkSettings settings =
        new NetworkSettings(
            "127.0.0.1", 0, 1, connectionsMax, greetingsMax, Duration.ofSeconds(10), HIGH_WATER);
    SocketAddress remote = new InetSocketAddress(host, 5000);
    EmbeddedChannel channel =
        new EmbeddedChannel() {
          @Override
          protected SocketAddress remoteAddress0() {
            return remote;
          }
        };
    channel.freezeTime(); // before anything is scheduled
    channel
        .pipeline()
        .addLast(
            new ConnectionInitializer(
                settings, new StaticUsers(users), this::opened, outbound, inbound, counters));
    channel.runPendingTasks();
    channels.add(channel);
    return channel;
  }

  private Session opened(Request.Hello hello, ClientChannel channel) {
    RecordingSession session = new RecordingSession(hello, channel);
    onOpened.accept(channel);
    sessions.add(session);
    return session;
  }

  private EmbeddedChannel welcome() {
    EmbeddedChannel channel = connect();
    channel.writeInbound(Frames.bytes(Frames.hello()));
    assertThat(framesOut(channel)).hasOnlyElementsOfType(Response.HelloOk.class);
    return channel;
  }

  private RecordingSession session() {
    assertThat(sessions).hasSize(1);
    return sessions.get(0);
  }

  private static void pass(EmbeddedChannel channel, long ms) {
    channel.advanceTimeBy(ms, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
    channel.runPendingTasks();
  }

  private List<Frame> framesOut(EmbeddedChannel channel) {
    List<Frame> frames = new ArrayList<>();
    for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
      frames.addAll(reader.read(bytes));
    }
    return frames;
  }

  private void assertRefused(EmbeddedChannel channel, Request.Hello hello, ErrorCode code) {
    channel.writeInbound(Frames.bytes(hello));
    assertThat(framesOut(channel))
        .singleElement()
        .isInstanceOfSatisfying(
            Response.Failure.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(code);
              assertThat(failure.correlation()).isEqualTo(hello.correlation());
              assertThat(failure.closing()).isTrue();
            });
    assertThat(channel.isOpen()).isFalse();
    assertThat(sessions).isEmpty();
  }

  private void assertClosedWith(EmbeddedChannel channel, ErrorCode code) {
    assertThat(framesOut(channel))
        .singleElement()
        .isInstanceOfSatisfying(
            Response.Failure.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(code);
              assertThat(failure.closing()).isTrue();
            });
    assertThat(channel.isOpen()).isFalse();
  }

  /** From now on what is written waits until the test lets it through, as with a slow client. */
  private static HeldOutput holdOutput(EmbeddedChannel channel) {
    HeldOutput held = new HeldOutput();
    channel.pipeline().addFirst(held);
    return held;
  }
}
