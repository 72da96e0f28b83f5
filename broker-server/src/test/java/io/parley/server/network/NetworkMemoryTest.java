package io.parley.server.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageBatch;
import io.parley.server.security.StaticUsers;
import io.parley.server.session.ClientChannel;
import io.parley.server.session.Session;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What all connections together make the broker hold, with bounds that a test reaches. */
@Timeout(60)
class NetworkMemoryTest {
  private static final int HIGH_WATER = 1024 * 1024;
  private static final int OUTBOUND = 960_000;

  /** All but a sixth. */
  private static final int SHARED = 800_000;

  private static final int INBOUND = 150_000;

  private final NetworkCounters counters = new NetworkCounters();
  private final OutboundMemory outbound = new OutboundMemory(OUTBOUND);
  private final InboundMemory inbound = new InboundMemory(INBOUND);
  private final BlockingQueue<RecordingSession> sessions = new LinkedBlockingQueue<>();
  private final NetworkSettings settings =
      new NetworkSettings("127.0.0.1", 0, 1, 100, 100, Duration.ofSeconds(10), HIGH_WATER);
  private final ConnectionInitializer initializer =
      new ConnectionInitializer(
          settings, new StaticUsers(Map.of()), this::opened, outbound, inbound, counters);
  private final List<EmbeddedChannel> channels = new ArrayList<>();
  private final Map<EmbeddedChannel, Frames.Reader> readers = new HashMap<>();

  @AfterEach
  void everythingIsGivenBack() {
    channels.forEach(EmbeddedChannel::finishAndReleaseAll);
    assertThat(outbound.bytes()).isZero();
    assertThat(inbound.bytes()).isZero();
  }

  // ---- what waits to be written

  @Test
  void shouldLeaveLessToEachTheMoreWaitsForOthers() {
    RecordingSession first = stuck();
    RecordingSession second = stuck();

    long some = fill(first);
    assertThat(some).as("an eighth of what is left").isBetween(SHARED / 9L, SHARED / 8L);
    assertThat(fill(second)).as("an eighth of that").isBetween(SHARED / 12L, some - 1_000);
  }

  @Test
  void shouldKeepSomeForThoseThatHaveNothingWaiting() {
    RecordingSession hog = stuck();
    RecordingSession other = stuck();
    hog.channel.send(Frames.delivery(1, SHARED));
    assertThat(hog.channel.isWritable()).isFalse();
    assertThat(outbound.takeScarce()).as("as long as nobody else wants some").isFalse();

    assertThat(other.channel.isWritable()).isTrue();
    assertThat(outbound.takeScarce()).as("who holds most is looked at").isTrue();
    other.channel.send(Frames.delivery(2, 1_000));
    assertThat(other.channel.isWritable()).as("before that is read").isFalse();
  }

  @Test
  void shouldTellWhoHadNothingWaitingWhenThereIsRoomAgain() {
    RecordingSession hog = stuck();
    RecordingSession other = stuck();
    hog.channel.send(Frames.delivery(1, OUTBOUND));
    assertThat(other.channel.isWritable()).isFalse();
    assertThat(other.channel.isWritable()).isFalse();

    channels.get(0).close();
    channels.get(1).runPendingTasks();

    assertThat(outbound.takeScarce()).as("since the last look").isTrue();
    assertThat(outbound.takeScarce()).isFalse();
    assertThat(other.writables).as("once, however often it asked").hasValue(1);
    assertThat(other.channel.isWritable()).isTrue();
  }

  @Test
  void shouldHoldNothingForAConnectionThatEnded() {
    RecordingSession session = stuck();
    session.channel.send(Frames.delivery(1, 1_000));
    channels.get(0).runPendingTasks(); // on its way to the socket
    session.channel.send(Frames.delivery(2, 1_000)); // in the queue
    assertThat(outbound.bytes()).isGreaterThan(2_000);

    channels.get(0).close();
    session.channel.send(Frames.delivery(3, 1_000));
    session.channel.close(new Response.Failure(0, ErrorCode.INTERNAL, true, 0, "too late"));
    channels.get(0).runPendingTasks();

    assertThat(outbound.bytes()).isZero();
  }

  @Test
  void shouldCloseWhoReadsNothingWhileMemoryIsScarceAndServeOthers() throws Exception {
    try (TcpListener listener =
            TcpListener.start(
                settings, new StaticUsers(Map.of()), this::opened, outbound, inbound);
        SocketClient deaf = SocketClient.welcomed(listener.port());
        SocketClient other = SocketClient.welcomed(listener.port())) {
      RecordingSession toDeaf = sessions.take();
      RecordingSession toOther = sessions.take();
      // What the kernel takes comes on top; it has when the other's request has come by.
      while (!toDeaf.disconnected.isDone()) {
        if (outbound.bytes() < OUTBOUND) {
          toDeaf.channel.send(Frames.delivery(1, OUTBOUND));
        }
        var unused = toOther.channel.isWritable(); // it stands in line
        other.write(new Request.Ping(1));
        assertThat(toOther.requests.poll(20, TimeUnit.SECONDS)).isNotNull();
      }

      assertThat(toOther.writableSignals.poll(20, TimeUnit.SECONDS)).isNotNull();
      assertThat(toOther.channel.isWritable()).isTrue();
      toOther.channel.send(Frames.delivery(7, 1_000));

      assertThat(((Push.Deliver) other.read()).epoch()).isEqualTo(7);
      assertThat(listener.counters().shed()).isEqualTo(1);
      assertThat(deaf.localPort()).isPositive();
    }
  }

  // ---- frames that are begun

  @Test
  void shouldNotReadOnInAFrameThatThereIsNoRoomFor() {
    EmbeddedChannel first = welcome();
    EmbeddedChannel second = welcome();
    ByteBuf one = frame(100_000);
    ByteBuf two = frame(100_000);

    first.writeInbound(one.readRetainedSlice(50_000));
    second.writeInbound(two.readRetainedSlice(10));
    assertThat(first.config().isAutoRead()).isTrue();
    assertThat(second.config().isAutoRead()).isFalse();

    first.writeInbound(one);
    second.runPendingTasks();
    assertThat(second.config().isAutoRead()).isTrue();
    second.writeInbound(two);

    assertThat(sessions).allSatisfy(s -> assertThat(s.requests).hasSize(1));
    assertThat(inbound.bytes()).isZero();
  }

  /** The decoder asks for more when it was given part of a frame and nothing else. */
  @Test
  void shouldNotAskTheSocketForMoreOfIt() {
    welcome().writeInbound(frame(100_000).readSlice(1_000));
    EmbeddedChannel waits = welcome();
    AtomicInteger reads = new AtomicInteger();
    waits
        .pipeline()
        .addFirst(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void read(ChannelHandlerContext ctx) {
                reads.incrementAndGet();
              }
            });

    waits.writeInbound(frame(100_000).readSlice(1_000));

    assertThat(reads).hasValue(0);
  }

  @Test
  void shouldReadAFrameLargerThanAllMemoryIfItIsAlone() {
    EmbeddedChannel channel = welcome();
    ByteBuf large = frame(2 * INBOUND);

    channel.writeInbound(large.readRetainedSlice(1_000));

    assertThat(channel.config().isAutoRead()).isTrue();
    channel.writeInbound(large);
    assertThat(sessions.remove().requests).hasSize(1);
  }

  @Test
  void shouldLetSmallFramesPassLargeOnes() {
    EmbeddedChannel large = welcome();
    EmbeddedChannel other = welcome();
    EmbeddedChannel small = welcome();

    large.writeInbound(frame(INBOUND - 1_000).readSlice(1_000));
    other.writeInbound(frame(70_000).readSlice(1_000));
    small.writeInbound(frame(2_000).readSlice(1_000));

    assertThat(other.config().isAutoRead()).isFalse();
    assertThat(small.config().isAutoRead()).isTrue();
  }

  @Test
  void shouldCloseWhoSendsNoMoreOfAFrameWhileOthersWait() {
    EmbeddedChannel halted = welcome();
    EmbeddedChannel going = welcome();
    ByteBuf goes = frame(70_000);
    halted.writeInbound(frame(70_000).readSlice(1_000));
    going.writeInbound(goes.readRetainedSlice(1_000));
    look();
    look();
    assertThat(halted.isOpen()).as("nobody waits").isTrue();

    EmbeddedChannel waits = welcome();
    waits.writeInbound(frame(70_000).readSlice(1_000));
    assertThat(waits.config().isAutoRead()).isFalse();
    look();
    going.writeInbound(goes.readRetainedSlice(1_000));
    look();

    assertThat(frameOut(halted))
        .isInstanceOfSatisfying(
            Response.Failure.class,
            why -> {
              assertThat(why.code()).isEqualTo(ErrorCode.OVERLOADED);
              assertThat(why.closing()).isTrue();
              assertThat(why.retryAfterMs()).isPositive();
            });
    assertThat(going.isOpen()).isTrue();
    assertThat(waits.config().isAutoRead()).isTrue();
    assertThat(counters.shed()).isEqualTo(1);
    goes.release();
  }

  @Test
  void shouldNotCloseWhoIsHeldBackInsideAFrame() {
    EmbeddedChannel heldBack = welcome();
    RecordingSession session = sessions.element();
    session.acceptsMore = () -> false;
    heldBack.writeInbound(Unpooled.wrappedBuffer(frame(1_000), frame(100_000).readSlice(1_000)));
    EmbeddedChannel waits = welcome();
    waits.writeInbound(frame(100_000).readSlice(1_000));

    look();
    look();
    session.acceptsMore = () -> true;
    session.channel.resumeReading();
    look();
    assertThat(counters.shed()).isZero();

    look();
    assertThat(counters.shed()).as("it could have gone on").isEqualTo(1);
  }

  @Test
  void shouldServeTheNextWhenOneInLineIsGone() {
    EmbeddedChannel first = welcome();
    EmbeddedChannel gone = welcome();
    EmbeddedChannel next = welcome();
    for (EmbeddedChannel channel : channels) {
      channel.writeInbound(frame(100_000).readSlice(1_000));
    }
    assertThat(next.config().isAutoRead()).isFalse();

    gone.close();
    first.close();
    gone.runPendingTasks();
    next.runPendingTasks();

    assertThat(next.config().isAutoRead()).isTrue();
  }

  @Test
  void shouldNotReadOnInALargeFrameBesideRequestsThatAreNotAnsweredYet() {
    EmbeddedChannel first = welcome();
    RecordingSession session = sessions.element();
    session.onRequest = request -> session.channel.requestHeld(INBOUND);
    first.writeInbound(frame(100_000));
    EmbeddedChannel waits = welcome();
    EmbeddedChannel small = welcome();

    waits.writeInbound(frame(100_000).readSlice(1_000));
    small.writeInbound(frame(2_000).readSlice(1_000));

    assertThat(waits.config().isAutoRead()).isFalse();
    assertThat(small.config().isAutoRead()).isTrue();
    first.close();
    waits.runPendingTasks();
    assertThat(waits.config().isAutoRead()).as("the request is there still").isFalse();
    session.channel.requestDone(INBOUND);
    waits.runPendingTasks();
    assertThat(waits.config().isAutoRead()).isTrue();
  }

  @Test
  void shouldServeLargeFramesInTheOrderInWhichTheyCame() {
    List<Integer> served = new ArrayList<>();
    assertThat(inbound.take(INBOUND, () -> {})).isTrue();
    assertThat(inbound.take(INBOUND, () -> served.add(1))).isFalse();
    assertThat(inbound.take(70_000, () -> served.add(2))).isFalse();
    assertThat(inbound.take(70_000, () -> served.add(3))).isFalse();

    inbound.give(70_000);
    assertThat(served).as("70,000 would fit, but the first doesn't").isEmpty();
    inbound.give(INBOUND - 70_000);
    assertThat(served).containsExactly(1);
    inbound.give(INBOUND);
    assertThat(served).containsExactly(1, 2, 3);
    inbound.give(140_000);
  }

  @Test
  void shouldShowThatItIsThereToOneThatWaitsForRoom() {
    welcome().writeInbound(frame(100_000).readSlice(1_000));
    EmbeddedChannel waits = welcome();
    waits.writeInbound(frame(100_000).readSlice(1_000));

    for (int i = 0; i < 4; i++) {
      waits.advanceTimeBy(RecordingSession.HEARTBEAT_MS, TimeUnit.MILLISECONDS);
      waits.runScheduledPendingTasks();
      waits.runPendingTasks();
    }

    assertThat(waits.isOpen()).isTrue();
    assertThat(frameOut(waits)).isEqualTo(new Response.Pong(0));
  }

  // ---- helpers

  private Session opened(Request.Hello hello, ClientChannel channel) {
    RecordingSession session = new RecordingSession(hello, channel);
    sessions.add(session);
    return session;
  }

  private EmbeddedChannel welcome() {
    SocketAddress remote = new InetSocketAddress("127.0.0.1", 5000);
    EmbeddedChannel channel =
        new EmbeddedChannel() {
          @Override
          protected SocketAddress remoteAddress0() {
            return remote;
          }
        };
    channel.freezeTime();
    channel.pipeline().addLast(initializer);
    channel.runPendingTasks();
    channels.add(channel);
    channel.writeInbound(Frames.bytes(Frames.hello()));
    readers.put(channel, new Frames.Reader());
    frameOut(channel); // HELLO_OK
    return channel;
  }

  /** A client that reads nothing from now on. */
  private RecordingSession stuck() {
    EmbeddedChannel channel = welcome();
    channel.pipeline().addFirst(new HeldOutput());
    return List.copyOf(sessions).get(channels.size() - 1);
  }

  private long fill(RecordingSession session) {
    long before = outbound.bytes();
    while (session.channel.isWritable()) {
      session.channel.send(Frames.delivery(1, 1_000));
    }
    return outbound.bytes() - before;
  }

  /** A frame of so many bytes. */
  private static ByteBuf frame(int bytes) {
    int overhead = Frames.bytes(send(100)).readableBytes() - 100;
    return Frames.bytes(send(bytes - overhead));
  }

  private static Request.Send send(int bytes) {
    return new Request.Send(1, 1, MessageBatch.of(new byte[bytes], 1));
  }

  private void look() {
    initializer.shed();
    channels.forEach(EmbeddedChannel::runPendingTasks);
  }

  private Frame frameOut(EmbeddedChannel channel) {
    return readers.get(channel).read(channel.readOutbound()).get(0);
  }
}
