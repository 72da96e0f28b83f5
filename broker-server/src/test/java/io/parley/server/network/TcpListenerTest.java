package io.parley.server.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.server.security.StaticUsers;
import io.parley.server.session.ClientChannel;
import io.parley.server.session.Session;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Over real sockets: what the pipeline's own test can't show. */
@Timeout(60)
class TcpListenerTest {
  private static final int HIGH_WATER = 1024 * 1024;

  private final BlockingQueue<RecordingSession> sessions = new LinkedBlockingQueue<>();
  private final List<SocketClient> clients = new ArrayList<>();
  private int heartbeatMs = RecordingSession.HEARTBEAT_MS;
  private final TcpListener listener = start(Duration.ofSeconds(10));

  @AfterEach
  void closeEverything() throws IOException {
    for (SocketClient client : clients) {
      client.close();
    }
    listener.close();
  }

  @Test
  void shouldSayWhatToDoWhenThePortIsTaken() {
    NetworkSettings taken = NetworkSettings.defaults().listeningOn("127.0.0.1", listener.port());

    assertThatThrownBy(() -> TcpListener.start(taken, new StaticUsers(Map.of()), this::opened))
        .isInstanceOf(ParleyException.class)
        .hasMessageContaining("127.0.0.1:" + listener.port())
        .hasMessageContaining("set another network.port");
  }

  @Test
  void shouldCloseOnlyTheConnectionThatBreaksTheProtocol() throws Exception {
    SocketClient good = welcomed();
    RecordingSession goodSession = sessions.take();
    goodSession.onRequest = request -> goodSession.channel.send(new Response.Pong(0));

    SocketClient garbage = welcomed();
    garbage.write(Frames.garbage());
    assertClosedWith(garbage, ErrorCode.MALFORMED_FRAME);

    SocketClient truncated = welcomed();
    truncated.write(Unpooled.buffer().writeInt(6).writeByte(0x22).writeInt(1).writeByte(0));
    assertClosedWith(truncated, ErrorCode.MALFORMED_FRAME);

    SocketClient unfinished = welcomed();
    unfinished.write(Unpooled.buffer().writeInt(100).writeByte(0x22));
    unfinished.endOutput();
    assertThat(unfinished.read()).isNull();

    SocketClient reset = welcomed();
    reset.write(Unpooled.buffer().writeInt(100).writeByte(0x22));
    reset.reset();

    for (int i = 0; i < 4; i++) {
      sessions.take().disconnected.get(20, TimeUnit.SECONDS);
    }
    good.write(new Request.Ping(1));
    assertThat(good.read()).isEqualTo(new Response.Pong(0));
    assertThat(goodSession.disconnects).hasValue(0);
  }

  @Test
  void shouldTellWhyEvenToClientThatIsStillSending() throws Exception {
    SocketClient client = welcomed();
    byte[] tooMuch = new byte[4 * 1024 * 1024];
    Arrays.fill(tooMuch, (byte) 0x7F);

    client.write(Unpooled.wrappedBuffer(tooMuch));

    assertClosedWith(client, ErrorCode.FRAME_TOO_LARGE);
  }

  @Test
  void shouldCloseConnectionThatSaysNoHello() throws Exception {
    try (TcpListener impatient = start(Duration.ofMillis(50));
        SocketClient client = new SocketClient(impatient.port())) {
      assertClosedWith(client, ErrorCode.UNAUTHENTICATED);
    }
  }

  @Test
  void shouldKeepTheOrderOfEachSendingThread() throws Exception {
    SocketClient client = welcomed();
    RecordingSession session = sessions.take();
    int threads = 4;
    int each = 20_000;
    for (int t = 0; t < threads; t++) {
      int first = t * each;
      new Thread(
              () -> {
                for (int i = 0; i < each; i++) {
                  session.channel.send(new Response.Ok(first + i));
                }
              })
          .start();
    }

    int[] next = new int[threads];
    for (int i = 0; i < threads * each; i++) {
      int correlation = ((Response.Ok) client.read()).correlation();
      assertThat(correlation % each).isEqualTo(next[correlation / each]++);
    }
    assertThat(session.channel.isWritable()).isTrue();
  }

  @Test
  void shouldHoldBackDeliveriesUntilTheClientReads() throws Exception {
    SocketClient client = welcomed();
    RecordingSession session = sessions.take();
    int sent = 0;
    // What the kernel takes comes on top of the high water.
    while (session.channel.isWritable() || session.writableSignals.poll() != null) {
      session.channel.send(Frames.delivery(sent++, 100_000));
      assertThat(sent).isLessThan(1_000);
    }

    for (int i = 0; i < sent; i++) {
      assertThat(((Push.Deliver) client.read()).epoch()).isEqualTo(i);
    }
    assertThat(session.writableSignals.poll(20, TimeUnit.SECONDS)).isNotNull();
    assertThat(session.channel.isWritable()).isTrue();
  }

  @Test
  void shouldCloseConnectionThatPingsButNeverReads() throws Exception {
    heartbeatMs = 50;
    SocketClient client = welcomed();
    RecordingSession session = sessions.take();
    for (int i = 0; i < 30; i++) {
      session.channel.send(Frames.delivery(i, HIGH_WATER));
    }

    while (!session.disconnected.isDone()) {
      try {
        client.write(new Request.Ping(1));
        session.requests.poll(10, TimeUnit.MILLISECONDS);
      } catch (IOException e) {
        break; // it was closed
      }
    }
    session.disconnected.get(20, TimeUnit.SECONDS);
  }

  @Test
  void shouldLetClientsFinishWhileDraining() throws Exception {
    SocketClient client = welcomed();
    RecordingSession session = sessions.take();
    session.onRequest = request -> session.channel.send(new Response.Ok(request.correlation()));
    SocketClient late = new SocketClient(listener.port());
    clients.add(late);
    while (listener.counters().connections() < 2) {
      Thread.onSpinWait();
    }

    listener.stopAccepting();
    listener.sendGoingAway();

    assertThatThrownBy(() -> new SocketClient(listener.port()))
        .isInstanceOf(ConnectException.class);
    late.write(Frames.hello());
    assertClosedWith(late, ErrorCode.GOING_AWAY);
    assertThat(client.read())
        .isInstanceOfSatisfying(
            Response.Failure.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(ErrorCode.GOING_AWAY);
              assertThat(failure.closing()).isFalse();
            });
    assertThat(listener.awaitNoConnections(Duration.ofMillis(20))).isFalse();
    client.write(new Request.Goodbye(5));
    assertThat(client.read()).isEqualTo(new Response.Ok(5));
    client.close();
    late.close();
    assertThat(listener.awaitNoConnections(Duration.ofSeconds(20))).isTrue();
  }

  @Test
  void shouldTellClientsWhyWhenClosing() throws Exception {
    SocketClient client = welcomed();
    RecordingSession session = sessions.take();

    session.channel.send(new Response.Ok(1));
    Thread closing = new Thread(listener::close);
    closing.start();

    assertThat(client.read()).isEqualTo(new Response.Ok(1));
    assertClosedWith(client, ErrorCode.GOING_AWAY);
    client.close();
    closing.join();
    assertThat(session.disconnects).hasValue(1);
    assertThat(listener.counters().connections()).isZero();
  }

  @Test
  void shouldCountWhatGoesInAndOut() throws Exception {
    SocketClient client = welcomed();
    RecordingSession session = sessions.take();
    session.onRequest = request -> session.channel.send(new Response.Pong(1));

    client.write(new Request.Ping(1));
    assertThat(client.read()).isEqualTo(new Response.Pong(1));

    NetworkCounters counters = listener.counters();
    assertThat(counters.accepted()).isEqualTo(1);
    assertThat(counters.framesIn()).isEqualTo(2);
    assertThat(counters.bytesIn())
        .isEqualTo(Frames.bytes(Frames.hello(), new Request.Ping(1)).readableBytes());
    client.close();
    session.disconnected.get(20, TimeUnit.SECONDS);
    assertThat(counters.framesOut()).isEqualTo(2);
    assertThat(counters.bytesOut())
        .isEqualTo(Frames.bytes(session.welcome(), new Response.Pong(1)).readableBytes());
  }

  private TcpListener start(Duration helloTimeout) {
    return TcpListener.start(
        new NetworkSettings("127.0.0.1", 0, 2, 100, 100, helloTimeout, HIGH_WATER),
        new StaticUsers(Map.of()),
        this::opened);
  }

  private Session opened(Request.Hello hello, ClientChannel channel) {
    RecordingSession session = new RecordingSession(hello, channel);
    session.heartbeatMs = heartbeatMs;
    sessions.add(session);
    return session;
  }

  private SocketClient welcomed() throws IOException {
    SocketClient client = SocketClient.welcomed(listener.port());
    clients.add(client);
    return client;
  }

  private static void assertClosedWith(SocketClient client, ErrorCode code) throws IOException {
    Frame last = client.read();
    assertThat(last)
        .isInstanceOfSatisfying(
            Response.Failure.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(code);
              assertThat(failure.closing()).isTrue();
            });
    assertThat(client.read()).isNull();
  }
}
