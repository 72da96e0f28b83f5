package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.parley.client.CommandResult;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ProtocolVersion;
import io.parley.protocol.WireLimits;
import io.parley.protocol.codec.FrameEncoder;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.testkit.EmbeddedBroker;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a peer that breaks the protocol does to a live broker: it loses its own connection. In each
 * test another client is at work all the time, and must not notice.
 */
class ProtocolIT {
  private static EmbeddedBroker broker;

  private final String service = Fresh.name("cart");
  private final String type = Fresh.type("AddProduct");
  private Bystander bystander;

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @BeforeEach
  void beginWork() {
    bystander = new Bystander();
  }

  @AfterEach
  void bystanderNoticedNothing() throws Exception {
    bystander.finish();
  }

  /** Sends and handles one command after the other, on one connection. */
  private static final class Bystander {
    private final Disconnects disconnects = new Disconnects();
    private final ParleyClient client =
        ParleyClient.builder()
            .uri(broker.uri())
            .service(Fresh.name("bystander"))
            .listener(disconnects)
            .connect();
    private final String type = Fresh.type("Work");
    private volatile boolean finishing;
    private final CompletableFuture<Integer> work;

    Bystander() {
      client
          .commandConsumer()
          .on(type, String.class, (body, delivery) -> CommandResult.complete(body))
          .start();
      work = CompletableFuture.supplyAsync(this::work);
    }

    private int work() {
      int done = 0;
      do {
        var outcome = client.sendAndAwait(OutgoingMessage.of(type, "" + done), Await.PATIENCE);
        assertThat(outcome.status()).isEqualTo(OutcomeStatus.COMPLETED);
        done++;
      } while (!finishing);
      return done;
    }

    void finish() throws Exception {
      finishing = true;
      assertThat(Await.result(work)).isPositive();
      client.close();
      assertThat(disconnects.reasons()).isEmpty();
    }
  }

  @Test
  void shouldCloseConnectionOfUnknownFrameTypeAndNameIt() throws Exception {
    try (WireClient client = WireClient.welcomed(broker.port(), service)) {
      client.write(frame(0x7F, 1));
      Response.Failure failure = client.read(Response.Failure.class);
      assertThat(failure.code()).isEqualTo(ErrorCode.MALFORMED_FRAME);
      assertThat(failure.correlation()).isZero();
      assertThat(failure.closing()).isTrue();
      assertThat(failure.message()).contains("0x7f").contains("expected");
      client.readEnd();
    }
  }

  @Test
  void shouldJudgeLengthBeforeTheBytesAreThere() throws Exception {
    try (WireClient client = WireClient.welcomed(broker.port(), service)) {
      client.write(new byte[] {0x7F, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF});
      Response.Failure failure = client.read(Response.Failure.class);
      assertThat(failure.code()).isEqualTo(ErrorCode.FRAME_TOO_LARGE);
      assertThat(failure.message()).contains("2147483647").contains("expected");
      client.readEnd();
    }
  }

  @Test
  void shouldTakeOnlySmallFramesBeforeGreeting() throws Exception {
    try (WireClient client = new WireClient(broker.port())) {
      ByteBuf length = Unpooled.buffer().writeInt(WireLimits.UNAUTHENTICATED_FRAME_MAX_BYTES + 1);
      client.write(ByteBufUtil.getBytes(length));
      assertThat(client.read(Response.Failure.class).code()).isEqualTo(ErrorCode.FRAME_TOO_LARGE);
      client.readEnd();
    }
  }

  @Test
  void shouldRefuseEverythingButHelloFirst() throws Exception {
    try (WireClient client = new WireClient(broker.port())) {
      client.write(new Request.Ping(1));
      Response.Failure failure = client.read(Response.Failure.class);
      assertThat(failure.code()).isEqualTo(ErrorCode.MALFORMED_FRAME);
      assertThat(failure.message()).contains("PING").contains("HELLO");
      client.readEnd();
    }
  }

  @Test
  void shouldRefuseSecondHello() throws Exception {
    try (WireClient client = WireClient.welcomed(broker.port(), service)) {
      client.write(WireClient.hello(service, WireClient.randomId()));
      assertThat(client.read(Response.Failure.class).code()).isEqualTo(ErrorCode.MALFORMED_FRAME);
      client.readEnd();
    }
  }

  @Test
  void shouldRefuseClientOfAnotherVersion() throws Exception {
    try (WireClient client = new WireClient(broker.port())) {
      int next = ProtocolVersion.NEWEST + 1;
      client.write(WireClient.hello(service, WireClient.randomId(), next, next + 1));
      Response.Failure failure = client.read(Response.Failure.class);
      assertThat(failure.code()).isEqualTo(ErrorCode.UNSUPPORTED_VERSION);
      assertThat(failure.closing()).isTrue();
      assertThat(failure.message()).contains(next + " to " + (next + 1)).contains("expected");
      client.readEnd();
    }
  }

  @Test
  void shouldAgreeOnVersionBothSpeak() throws Exception {
    try (WireClient client = new WireClient(broker.port())) {
      client.write(WireClient.hello(service, WireClient.randomId(), 1, ProtocolVersion.NEWEST + 5));
      assertThat(client.read(Response.HelloOk.class).version()).isEqualTo(ProtocolVersion.NEWEST);
    }
  }

  @Test
  void shouldCountFramesBeforeBrokenOne() throws Exception {
    Received<String> received = new Received<>();
    try (ParleyClient cart = ParleyClient.connect(broker.uri(), service);
        WireClient client = WireClient.welcomed(broker.port(), "")) {
      cart.commandConsumer()
          .on(
              type,
              String.class,
              (body, delivery) -> {
                received.add(body);
                return CommandResult.complete();
              })
          .start();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      bytes.writeBytes(bytes(send(2, 1, "before")));
      bytes.writeBytes(frame(0x7F, 3));
      bytes.writeBytes(bytes(send(4, 2, "after")));
      client.write(bytes.toByteArray());

      assertThat(received.next()).isEqualTo("before");
      // The farewell may overtake the confirm, which waits for the disk.
      assertThat(client.read()).isNotNull();
      cart.send(type, "last");
      assertThat(received.next()).isEqualTo("last");
    }
  }

  @Test
  void shouldForgetFrameThatEndsWithItsConnection() throws Exception {
    Received<String> received = new Received<>();
    try (ParleyClient cart = ParleyClient.connect(broker.uri(), service)) {
      cart.commandConsumer()
          .on(
              type,
              String.class,
              (body, delivery) -> {
                received.add(body);
                return CommandResult.complete();
              })
          .start();
      try (WireClient client = WireClient.welcomed(broker.port(), "")) {
        byte[] whole = bytes(send(2, 1, "half"));
        byte[] half = new byte[whole.length - 1];
        System.arraycopy(whole, 0, half, 0, half.length);
        client.write(half);
        client.endOutput();
        client.readEnd();
      }
      cart.send(type, "last");
      assertThat(received.next()).isEqualTo("last");
    }
  }

  @Test
  void shouldRefuseRecordsThatAreNone() throws Exception {
    try (WireClient client = WireClient.welcomed(broker.port(), service)) {
      client.write(new Request.Send(2, 1, MessageBatch.of(new byte[64], 2)));
      Response.Failure failure = client.read(Response.Failure.class);
      assertThat(failure.code()).isEqualTo(ErrorCode.MALFORMED_FRAME);
      assertThat(failure.message()).contains("record 0");
      client.readEnd();
    }
  }

  @Test
  void shouldRefuseCorruptMessageAloneAndGoOn() throws Exception {
    byte[] sound = MessageRecord.encode(WireClient.message(MessageKind.COMMAND, type, "536365"));
    byte[] corrupt = sound.clone();
    corrupt[corrupt.length - 1] ^= 1;
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    records.writeBytes(sound);
    records.writeBytes(corrupt);
    try (WireClient client = WireClient.welcomed(broker.port(), service)) {
      client.write(new Request.Send(2, 1, MessageBatch.of(records.toByteArray(), 2)));
      List<Response.Refusal> refusals = client.read(Response.Confirm.class).refusals();
      assertThat(refusals).hasSize(1);
      assertThat(refusals.get(0).index()).isEqualTo(1);
      assertThat(refusals.get(0).code()).isEqualTo(ErrorCode.CORRUPT_MESSAGE);
      client.write(new Request.Ping(3));
      assertThat(client.read(Response.Pong.class).correlation()).isEqualTo(3);
    }
  }

  /** The seed is in the failure's text. */
  @Test
  void shouldSurviveBytesOfAllSorts() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<Request> sound =
        List.of(
            send(2, 1, "536365"),
            new Request.Consume(3, 1, "", List.of(type), 10, 0),
            new Request.Subscribe(4, 2, "", List.of(type + ".>"), 10, 0, -1),
            new Request.Credit(0, 1, 5),
            new Request.GetOutcome(5, WireClient.randomId(), 0),
            new Request.Respond(6, 1, List.of(Fresh.type("Get")), 4),
            new Request.Goodbye(7));
    for (int round = 0; round < 200; round++) {
      try (WireClient client = WireClient.welcomed(broker.port(), service)) {
        byte[] bytes = bytes(sound.get(random.nextInt(sound.size())));
        for (int flips = random.nextInt(4); flips >= 0; flips--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        client.write(bytes);
        client.endOutput();
        while (client.read() != null) {
          // Whatever it is: the connection ends.
        }
      } catch (java.io.IOException | AssertionError e) {
        throw new AssertionError("seed " + seed + ", round " + round, e);
      }
    }
  }

  @Test
  void shouldHandProducerSessionOverToSecondConnection() throws Exception {
    MessageId session = WireClient.randomId();
    Received<String> received = new Received<>();
    try (WireClient old = WireClient.welcomed(broker.port(), "", session)) {
      old.write(send(2, 1, "one"));
      assertThat(old.read(Response.Confirm.class).refusals()).isEmpty();

      try (WireClient next = WireClient.welcomed(broker.port(), "", session);
          ParleyClient cart = ParleyClient.connect(broker.uri(), service)) {
        Response.Failure failure = old.read(Response.Failure.class);
        assertThat(failure.code()).isEqualTo(ErrorCode.SESSION_TAKEN_OVER);
        assertThat(failure.closing()).isTrue();
        old.readEnd();

        // In doubt about the first, the new one says it again.
        next.write(send(2, 1, "one, again"), send(3, 2, "two"), send(4, 9, "a gap"));
        assertThat(next.read(Response.Confirm.class).correlation()).isEqualTo(2);
        assertThat(next.read(Response.Confirm.class).correlation()).isEqualTo(3);
        Response.Failure gap = next.read(Response.Failure.class);
        assertThat(gap.code()).isEqualTo(ErrorCode.OUT_OF_SEQUENCE);
        assertThat(gap.message()).contains("9").contains("expected: at most 3");
        cart.commandConsumer()
            .on(
                type,
                String.class,
                (body, delivery) -> {
                  received.add(body);
                  return CommandResult.complete();
                })
            .start();
        cart.send(type, "last");
        assertThat(received.next(3)).containsExactly("one", "two", "last");
      }
    }
  }

  @Test
  void shouldAnswerEveryRequestOfDeepPipeline() throws Exception {
    int requests = 20_000;
    try (WireClient client = WireClient.welcomed(broker.port(), service)) {
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(
              () -> {
                try {
                  List<Request> pings = new ArrayList<>();
                  for (int i = 1; i <= requests; i++) {
                    pings.add(new Request.Ping(i));
                  }
                  client.write(pings.toArray(Request[]::new));
                } catch (java.io.IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      for (int i = 1; i <= requests; i++) {
        assertThat(client.read(Response.Pong.class).correlation()).isEqualTo(i);
      }
      Await.result(writing);
    }
  }

  // ---- what the tests say in short

  private Request.Send send(int correlation, long sequence, String body) {
    return new Request.Send(
        correlation,
        sequence,
        MessageBatch.single(WireClient.message(MessageKind.COMMAND, type, body)));
  }

  private static byte[] bytes(Request frame) {
    ByteBuf bytes = Unpooled.buffer();
    FrameEncoder.encode(frame, bytes);
    return ByteBufUtil.getBytes(bytes);
  }

  /** A frame without fields. */
  private static byte[] frame(int type, int correlation) {
    return ByteBufUtil.getBytes(
        Unpooled.buffer().writeInt(5).writeByte(type).writeInt(correlation));
  }
}
