package io.parley.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ConnectingTest extends ClientTest {
  @Test
  void shouldSayWhoItIs() throws InterruptedException {
    CompletableFuture<ParleyClient> connecting =
        later(
            builder().uri("parley://shop:secret@127.0.0.1:" + broker.port() + "/retail")::connect);

    ScriptedBroker.Peer peer = broker.welcome();

    Request.Hello hello = peer.hello();
    assertThat(hello.namespace()).isEqualTo("retail");
    assertThat(hello.service()).isEqualTo("cart");
    assertThat(hello.instance()).isEqualTo("cart-1");
    assertThat(hello.user()).isEqualTo("shop");
    assertThat(hello.secret()).isEqualTo("secret");
    assertThat(hello.clientLibrary()).startsWith("parley-java/");
    connecting.join().abort();
  }

  @Test
  void shouldTryAllAddressesInTurn() throws Exception {
    Connected connected =
        connect(
            builder().uri("parley://127.0.0.1:" + nobodysPort() + ",127.0.0.1:" + broker.port()));

    assertThat(connected.client().isConnected()).isTrue();
  }

  @Test
  void shouldNameTheAddressesWhenNobodyAnswers() throws IOException {
    int nobody = nobodysPort();
    ParleyClient.Builder builder =
        builder()
            .uri("parley://cart:secret@127.0.0.1:" + nobody)
            .connectTimeout(Duration.ofMillis(300));

    assertThatThrownBy(builder::connect)
        .isInstanceOf(NotConnectedException.class)
        .hasMessageContaining("parley://cart:***@127.0.0.1:" + nobody + "/default")
        .hasMessageContaining("PT0.3S")
        .hasMessageContaining("Connection refused");
  }

  @Test
  void shouldFailAtOnceWhenTheBrokerRefusesTheClient() throws InterruptedException {
    CompletableFuture<ParleyClient> connecting = later(builder()::connect);
    ScriptedBroker.Peer peer = broker.accept();
    peer.send(
        new Response.Failure(
            peer.hello().correlation(), ErrorCode.UNAUTHENTICATED, true, 0, "user: 'cart'"));

    assertThat(failureOf(connecting))
        .isInstanceOfSatisfying(
            ParleyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAUTHENTICATED))
        .hasMessage("user: 'cart'");
  }

  @Test
  void shouldNoticeABrokerThatSaysNothingAnyMore() throws InterruptedException {
    broker.heartbeatMs = 20;
    Connected first = connect();
    first.peer().goDeaf();

    assertThat(take(told.disconnects)).hasMessageContaining("three heartbeats of 20 ms");
    assertThat(broker.accept().hello().producerSession())
        .isEqualTo(first.peer().hello().producerSession());
  }

  @Test
  void shouldStayConnectedThroughIdleTimes() throws InterruptedException {
    broker.heartbeatMs = 100;
    Connected connected = connect();

    connected.peer().awaitPings(10);

    assertThat(told.disconnects).isEmpty();
    assertThat(connected.client().isConnected()).isTrue();
  }

  @Test
  void shouldComeBackWhenTheBrokerGoesAway() throws InterruptedException {
    Connected first = connect();

    first.peer().fail(null, ErrorCode.GOING_AWAY, "the broker is stopping");

    assertThat(take(told.disconnects).code()).isEqualTo(ErrorCode.GOING_AWAY);
    ScriptedBroker.Peer second = broker.welcome();
    CompletableFuture<MessageId> sent = first.client().sendAsync(TYPE, "x");
    second.confirm(second.expect(Request.Send.class));
    assertThat(sent).succeedsWithin(LONG);
  }

  @Test
  void shouldEndAConnectionThatBreaksTheProtocolAndMakeAnother() throws InterruptedException {
    Connected first = connect();

    first.peer().sendGarbage();

    assertThat(take(told.disconnects).code()).isEqualTo(ErrorCode.MALFORMED_FRAME);
    broker.welcome();
  }

  private static int nobodysPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
