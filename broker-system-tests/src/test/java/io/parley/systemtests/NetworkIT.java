package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.parley.client.ClientListener;
import io.parley.client.CommandDelivery;
import io.parley.client.CommandResult;
import io.parley.client.LeaseLostException;
import io.parley.client.ParleyClient;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.codec.FrameEncoder;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a bad network does to clients; {@link NetworkCampaign} is the long form. */
class NetworkIT {
  private static final long SEED = Long.getLong("parley.seed", System.nanoTime());

  @TempDir static Path data;

  private static BrokerProcess broker;

  private final String service = Fresh.name("cart");
  private final String type = Fresh.type("AddProduct");

  @BeforeAll
  static void start() throws Exception {
    broker = BrokerProcess.start(data.resolve("shared"), NetworkCampaign.QUICK_HEARTBEAT);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void shouldLoseAndRepeatNothingInABadNetwork() throws Exception {
    System.out.println(
        NetworkCampaign.run(data.resolve("bad"), Duration.ofSeconds(5), SEED, false));
  }

  @Test
  void shouldComeBackTogetherAfterAKill() throws Exception {
    try (BrokerProcess killed = BrokerProcess.start(data.resolve("storm"));
        ReconnectStorm storm = new ReconnectStorm(killed, 100)) {
      ReconnectStorm.Report report = storm.run();
      System.out.println(report);
      assertThat(report.isFine()).isTrue();
    }
  }

  @Test
  void shouldReturnLeasesOfConsumerThatIsCutOffWithoutAnEnd() throws Exception {
    int many = 10; // fewer than make an outage
    Received<CommandDelivery> held = new Received<>();
    Received<CommandDelivery> again = new Received<>();
    try (BadNetwork network = new BadNetwork(broker.port(), 0);
        ParleyClient shop = ParleyClient.connect(broker.uri(), "shop");
        ParleyClient other = ParleyClient.connect(broker.uri(), service)) {
      network.heal();
      ParleyClient holder = ParleyClient.connect(network.uri(), service);
      try {
        holder.commandConsumer().types(type).credit(many).manual(held::add).start();
        for (int i = 0; i < many; i++) {
          shop.send(type, "lantern");
        }
        List<CommandDelivery> before = held.next(many);
        network.swallowAll();
        // Neither end hears that it ended: both notice by themselves.
        other.commandConsumer().credit(many).manual(again::add).start();
        List<CommandDelivery> after = again.next(many);

        assertThat(after.stream().map(CommandDelivery::id))
            .containsExactlyInAnyOrderElementsOf(before.stream().map(CommandDelivery::id).toList());
        assertThat(Await.failure(before.get(0).settleAsync(CommandResult.complete())))
            .isInstanceOf(LeaseLostException.class);
        for (CommandDelivery delivery : after) {
          Await.result(delivery.settleAsync(CommandResult.complete()));
        }
      } finally {
        holder.abort();
      }
    }
  }

  @Test
  void shouldStoreOnceWhatIsCutAtAnyByteAndSentAgain() throws Exception {
    MessageId session = WireClient.randomId();
    byte[] first = send(1, "a");
    for (int cut = 0; cut < first.length; cut++) {
      try (WireClient client = WireClient.welcomed(broker.port(), service, session)) {
        client.write(Arrays.copyOf(first, cut));
        client.endOutput();
        client.readEnd();
      }
    }
    try (WireClient client = WireClient.welcomed(broker.port(), service, session)) {
      client.write(first);
      assertThat(client.read(Response.Confirm.class).refusals()).isEmpty();
    }
    assertThat(broker.admin().queue(type).get("ready").asInt()).isEqualTo(1);
  }

  @Test
  void shouldStoreOnceWhatOneSessionSendsOnTwoConnectionsAndEndTheOlder() throws Exception {
    MessageId session = WireClient.randomId();
    try (WireClient older = WireClient.welcomed(broker.port(), service, session);
        WireClient newer = WireClient.welcomed(broker.port(), service, session)) {
      byte[] batch = send(1, "a");
      newer.write(batch);
      assertThat(newer.read(Response.Confirm.class).refusals()).isEmpty();
      assertThat(older.read(Response.Failure.class).code()).isEqualTo(ErrorCode.SESSION_TAKEN_OVER);
      older.readEnd();
      older.write(batch); // late
      newer.write(send(1, "again"));
      newer.write(send(2, "b"));
      assertThat(newer.read(Response.Confirm.class).refusals()).isEmpty();
      assertThat(newer.read(Response.Confirm.class).refusals()).isEmpty();
    }
    assertThat(broker.admin().queue(type).get("ready").asInt()).isEqualTo(2);
  }

  @Test
  void shouldConfirmAllByItselfThoughEachConnectionIsLost() throws Exception {
    Set<MessageId> sent = new HashSet<>();
    try (BadNetwork network = new BadNetwork(broker.port(), SEED);
        ParleyClient client =
            ParleyClient.builder()
                .uri(network.uri())
                .service(service)
                .connectTimeout(Await.PATIENCE)
                .sendTimeout(Await.PATIENCE)
                .listener(new ClientListener() {})
                .connect()) {
      for (int i = 0; i < 4; i++) {
        sent.add(client.send(type, "lantern"));
        network.cutAll();
      }
      client.abort();
    }
    assertThat(sent).hasSize(4);
    assertThat(broker.admin().queue(type).get("ready").asInt()).isEqualTo(4);
  }

  private byte[] send(long sequence, String body) {
    byte[] record = MessageRecord.encode(WireClient.message(MessageKind.COMMAND, type, body));
    ByteBuf bytes = Unpooled.buffer();
    FrameEncoder.encode(
        new Request.Send((int) sequence, sequence, MessageBatch.of(record, 1)), bytes);
    return ByteBufUtil.getBytes(bytes);
  }
}
