package io.parley.systemtests;

import io.parley.client.ClientListener;
import io.parley.client.CommandDelivery;
import io.parley.client.CommandResult;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * What there may be many of: delayed commands, ordering keys, subscriptions, large messages beside
 * small ones. Takes minutes, and is therefore no test:
 *
 * <pre>
 *   broker-system-tests/scale-campaign [delayed|keys|subscriptions|large [how many]]
 * </pre>
 *
 * <p>Prints what it measured; exits with 1 if a message is missing or a count is wrong.
 */
final class ScaleCampaign {
  private static final List<String> JVM = List.of("-Xmx512m", "-XX:+ExitOnOutOfMemoryError");
  private static final int BODY_BYTES = 100;

  /** Of delayed commands, those that come due while it is watched, and how many a second. */
  private static final int WATCHED = 400_000;

  private static final int DUE_PER_SECOND = 20_000;

  private final BrokerProcess broker;

  private ScaleCampaign(BrokerProcess broker) {
    this.broker = broker;
  }

  public static void main(String[] arguments) throws Exception {
    List<String> parts =
        arguments.length == 0
            ? List.of("delayed", "keys", "subscriptions", "large")
            : List.of(arguments[0]);
    for (String part : parts) {
      int many = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 0;
      Path data = Files.createTempDirectory("parley-scale");
      try (BrokerProcess broker = BrokerProcess.startWith(JVM, data.resolve("data"))) {
        ScaleCampaign campaign = new ScaleCampaign(broker);
        switch (part) {
          case "delayed" -> campaign.delayed(many == 0 ? 10_000_000 : many);
          case "keys" -> campaign.keys(many == 0 ? 100_000 : many);
          case "subscriptions" -> campaign.subscriptions(many == 0 ? 10_000 : many);
          case "large" -> campaign.large();
          default ->
              throw new IllegalArgumentException(
                  "'" + part + "' (expected: delayed, keys, subscriptions or large)");
        }
      } finally {
        CampaignFiles.deleteAll(data);
      }
    }
    System.exit(0);
  }

  private ParleyClient client(String service) {
    return ParleyClient.builder()
        .uri(broker.uri())
        .service(service)
        .sendTimeout(Await.PATIENCE)
        .listener(new ClientListener() {})
        .connect();
  }

  private static void say(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }

  private void check(String what, long value, long expected) {
    if (value != expected) {
      throw new IllegalStateException(what + ": " + value + " (expected: " + expected + ")");
    }
  }

  private static double rate(long count, Duration took) {
    return count * 1e9 / took.toNanos();
  }

  // ---------------------------------------------------------------- delayed

  private void delayed(int many) throws Exception {
    int later = many - WATCHED;
    byte[] body = new byte[BODY_BYTES];
    Instant far = Instant.now().plus(Duration.ofDays(1));
    Lateness lateness = new Lateness(WATCHED);
    try (ParleyClient client = client("scale");
        BrokerMemory memory = BrokerMemory.of(broker.pid())) {
      client
          .commandConsumer()
          .queue("scale")
          .types("scale.Later")
          .credit(65_536)
          .manual(
              delivery -> {
                lateness.arrived(delivery);
                delivery.settle(CommandResult.complete());
              })
          .start();
      Duration took =
          BulkSend.of(
              later,
              i -> {
                if (i > 0 && i % 1_000_000 == 0) {
                  say("  %,d sent", i);
                }
                return client.sendAsync(
                    OutgoingMessage.of("scale.Later", body).notBefore(far.plusMillis(i)));
              });
      say("%,d delayed commands: %,.0f/s confirmed", later, rate(later, took));
      say("  live heap %,d MiB of 512", memory.liveHeapBytes() >> 20);
      check("delayed", broker.admin().queue("scale").get("delayed").asLong(), later);
      Instant first = Instant.now().plus(Duration.ofMillis(2_000 + WATCHED / 20));
      lateness.begin(first);
      took =
          BulkSend.of(
              WATCHED,
              i ->
                  client.sendAsync(
                      OutgoingMessage.of("scale.Later", body)
                          .header("i", Integer.toString(i))
                          .notBefore(due(first, i))));
      say("  %,d more, due from then on at %,d/s", WATCHED, DUE_PER_SECOND);
      lateness.await();
      say("  handed out after their time: %s", lateness);
      check("delayed", broker.admin().queue("scale").get("delayed").asLong(), later);
      check("ready", broker.admin().queue("scale").get("ready").asLong(), 0);
    }
    broker.kill();
    broker.start();
    check("delayed", broker.admin().queue("scale").get("delayed").asLong(), later);
    say("  SIGKILL, ready after %,d ms with all counts", broker.startTook().toMillis());
  }

  private static Instant due(Instant first, int i) {
    return first.plusMillis((long) i * 1_000 / DUE_PER_SECOND);
  }

  /** How long after its time each was there. */
  private static final class Lateness {
    private final long[] micros;
    private final AtomicInteger count = new AtomicInteger();
    private final CountDownLatch all;
    private volatile Instant first = Instant.EPOCH;

    Lateness(int expected) {
      micros = new long[expected];
      all = new CountDownLatch(expected);
    }

    void begin(Instant newFirst) {
      first = newFirst;
    }

    void arrived(CommandDelivery delivery) {
      Instant now = Instant.now();
      int i = Integer.parseInt(delivery.headers().get("i"));
      add(Duration.between(due(first, i), now).toNanos() / 1_000);
    }

    void add(long late) {
      int at = count.getAndIncrement();
      if (at < micros.length) {
        micros[at] = late;
        all.countDown();
      }
    }

    void await() throws InterruptedException {
      if (!all.await(10, TimeUnit.MINUTES)) {
        throw new IllegalStateException(count + " came (expected: " + micros.length + ")");
      }
    }

    @Override
    public String toString() {
      long[] sorted = micros.clone();
      Arrays.sort(sorted);
      return String.format(
          Locale.ROOT,
          "p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms, max %.1f ms, earliest %.1f ms",
          sorted[sorted.length / 2] / 1e3,
          sorted[(int) (sorted.length * 0.99)] / 1e3,
          sorted[(int) (sorted.length * 0.999)] / 1e3,
          sorted[sorted.length - 1] / 1e3,
          sorted[0] / 1e3);
    }
  }

  // ---------------------------------------------------------------- keys

  private void keys(int many) throws Exception {
    say("One queue, %,d commands of 100 B, 4 consumers:", 500_000);
    for (int round = 0; round < 3; round++) {
      for (int keys : new int[] {100, many}) {
        say("  %,d keys: %,.0f/s sent and handled", keys, withKeys(keys, 500_000));
      }
    }
  }

  private double withKeys(int keys, int count) throws Exception {
    String type = "scale.Keyed" + keys;
    byte[] body = new byte[BODY_BYTES];
    CountDownLatch handled = new CountDownLatch(count);
    try (ParleyClient sender = client("shop");
        ParleyClient worker = client("keyed" + keys)) {
      for (int i = 0; i < 4; i++) {
        worker
            .commandConsumer()
            .types(type)
            .credit(4_096)
            .manual(
                delivery -> {
                  delivery.settle(CommandResult.complete());
                  handled.countDown();
                })
            .start();
      }
      long begin = System.nanoTime();
      BulkSend.of(
          count, i -> sender.sendAsync(OutgoingMessage.of(type, body).key("key-" + i % keys)));
      Await.latch("all handled", handled);
      return rate(count, Duration.ofNanos(System.nanoTime() - begin));
    }
  }

  // ---------------------------------------------------------------- subscriptions

  private void subscriptions(int many) throws Exception {
    int types = 1_000;
    say("Events of %,d types, each wanted by one subscription:", types);
    int made = 0;
    try (ParleyClient shop = client("shop")) {
      for (int upTo : new int[] {types, many}) {
        long begin = System.nanoTime();
        for (; made < upTo; made++) {
          subscribe(shop, made);
        }
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        for (int round = 0; round < 3; round++) {
          say(
              "  %,d subscriptions with wildcards (made in %,d ms): %,.0f/s published",
              upTo, took.toMillis(), publish(shop, types, 300_000));
        }
      }
    }
  }

  private static void subscribe(ParleyClient shop, int i) {
    shop.subscriber()
        .subscription("scale-" + i)
        .patterns("shop.area" + i + ".*.Done")
        .manual(unused -> {})
        .start()
        .close();
  }

  private double publish(ParleyClient shop, int types, int count) throws Exception {
    byte[] body = new byte[BODY_BYTES];
    return rate(
        count,
        BulkSend.of(count, i -> shop.publishAsync("shop.area" + i % types + ".cart.Done", body)));
  }

  // ---------------------------------------------------------------- large beside small

  private void large() throws Exception {
    say("Commands of 100 B, 1,000/s, from confirm to confirm and to their handler:");
    for (int round = 0; round < 3; round++) {
      say("  alone:                  %s", small(0));
      say("  beside 1 MiB commands:  %s", small(1_000_000));
    }
  }

  private Lateness small(int largeBytes) throws Exception {
    int count = 10_000;
    Lateness lateness = new Lateness(count);
    AtomicBoolean goesOn = new AtomicBoolean(true);
    AtomicInteger handledLarge = new AtomicInteger();
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client("small");
        ParleyClient bulk = client("large")) {
      cart.commandConsumer()
          .types("scale.Small")
          .manual(
              delivery -> {
                long sentNanos = Long.parseLong(delivery.headers().get("t"));
                lateness.add((System.nanoTime() - sentNanos) / 1_000);
                delivery.settle(CommandResult.complete());
              })
          .start();
      bulk.commandConsumer()
          .types("scale.Large")
          .credit(16)
          .manual(
              delivery -> {
                handledLarge.incrementAndGet();
                delivery.settle(CommandResult.complete());
              })
          .start();
      Thread flood = new Thread(() -> flood(bulk, largeBytes, goesOn));
      flood.start();
      long begin = System.nanoTime();
      for (int i = 0; i < count; i++) {
        long at = begin + i * 1_000_000L;
        for (long left = at - System.nanoTime(); left > 0; left = at - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        var unused =
            shop.sendAsync(
                OutgoingMessage.of("scale.Small", new byte[BODY_BYTES])
                    .header("t", Long.toString(at)));
      }
      lateness.await();
      goesOn.set(false);
      flood.join();
      if (largeBytes > 0) {
        say("    %,d large ones handled meanwhile", handledLarge.get());
      }
    }
    return lateness;
  }

  private static void flood(ParleyClient client, int bytes, AtomicBoolean goesOn) {
    byte[] body = new byte[bytes];
    while (bytes > 0 && goesOn.get()) {
      var unused = client.send(OutgoingMessage.of("scale.Large", body));
    }
  }
}
