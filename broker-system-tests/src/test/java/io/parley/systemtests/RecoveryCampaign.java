package io.parley.systemtests;

import io.parley.client.ClientListener;
import io.parley.client.CommandResult;
import io.parley.client.ParleyClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/**
 * How long a broker takes to be back after SIGKILL, with so many commands waiting: to readiness,
 * and to the first command handed to a consumer. Minutes, and therefore no test:
 *
 * <pre>
 *   broker-system-tests/recovery-campaign [how many waiting …]
 * </pre>
 *
 * <p>Exits with 1 if a count is wrong afterwards.
 */
final class RecoveryCampaign {
  private static final List<String> JVM = List.of("-Xmx512m", "-XX:+ExitOnOutOfMemoryError");
  private static final int KILLS = 5;
  private static final String SERVICE = "recovery";
  private static final String TYPE = "recovery.Work";

  private RecoveryCampaign() {}

  public static void main(String[] arguments) throws Exception {
    List<Integer> counts =
        arguments.length == 0
            ? List.of(0, 1_000_000, 10_000_000)
            : Arrays.stream(arguments).map(Integer::valueOf).toList();
    for (int waiting : counts) {
      Path data = Files.createTempDirectory("parley-recovery");
      try (BrokerProcess broker = BrokerProcess.startWith(JVM, data.resolve("data"))) {
        measure(broker, waiting);
      } finally {
        CampaignFiles.deleteAll(data);
      }
    }
    System.exit(0);
  }

  private static void measure(BrokerProcess broker, int waiting) throws Exception {
    try (ParleyClient client = client(broker)) {
      client.commandConsumer().types(TYPE).manual(unused -> {}).start().close();
      fill(client, waiting + KILLS); // one more is handled after each kill
    }
    System.out.printf(
        Locale.ROOT, "%,d commands waiting, %d times SIGKILL and start:%n", waiting, KILLS);
    for (int i = 1; i <= KILLS; i++) {
      broker.kill();
      long begin = System.nanoTime();
      broker.start();
      Duration first = firstDelivery(broker, begin);
      System.out.printf(
          Locale.ROOT,
          "  ready after %,d ms, first command in a handler after %,d ms%n",
          broker.startTook().toMillis(),
          first.toMillis());
      long left = broker.admin().queue(SERVICE).get("ready").asLong();
      if (left != waiting + KILLS - i) {
        throw new IllegalStateException(left + " (expected: " + (waiting + KILLS - i) + ")");
      }
    }
  }

  /** Handles one command; closing the consumer gives back what it had besides. */
  private static Duration firstDelivery(BrokerProcess broker, long begin) throws Exception {
    AtomicReference<Long> at = new AtomicReference<>();
    CountDownLatch settled = new CountDownLatch(1);
    try (ParleyClient client = client(broker)) {
      client
          .commandConsumer()
          .types(TYPE)
          .credit(1)
          .manual(
              delivery -> {
                if (at.compareAndSet(null, System.nanoTime())) {
                  var unused =
                      delivery
                          .settleAsync(CommandResult.complete())
                          .whenComplete((done, why) -> settled.countDown());
                } else {
                  delivery.settle(CommandResult.release());
                }
              })
          .start();
      Await.latch("the first is settled", settled);
    }
    return Duration.ofNanos(at.get() - begin);
  }

  private static ParleyClient client(BrokerProcess broker) {
    return ParleyClient.builder()
        .uri(broker.uri())
        .service(SERVICE)
        .sendTimeout(Await.PATIENCE)
        .listener(new ClientListener() {})
        .connect();
  }

  private static void fill(ParleyClient client, int count) throws Exception {
    byte[] body = new byte[100];
    BulkSend.of(count, i -> client.sendAsync(TYPE, body));
  }
}
