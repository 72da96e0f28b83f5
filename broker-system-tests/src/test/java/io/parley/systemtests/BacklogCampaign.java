package io.parley.systemtests;

import io.parley.client.ClientListener;
import io.parley.client.CommandDelivery;
import io.parley.client.CommandResult;
import io.parley.client.ParleyClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Fills a broker of little memory with a backlog, kills and restarts it, and drains it; watches its
 * memory all the while. Five million commands of 100 bytes into 512 MiB take some minutes and 1 GB
 * of disk, so that is no test but a campaign:
 *
 * <pre>
 *   mvn -q -B -pl broker-system-tests -am test-compile
 *   mvn -q -B -pl broker-system-tests dependency:build-classpath -Dmdep.outputFile=target/classpath
 *   java -cp broker-system-tests/target/test-classes:$(cat broker-system-tests/target/classpath) \
 *       io.parley.systemtests.BacklogCampaign [messages [body bytes [heap MiB [folder]]]]
 * </pre>
 *
 * <p>{@code BacklogIT} is its short form. Exits with an exception if a message is missing, comes
 * twice or out of order.
 */
final class BacklogCampaign {
  private static final String TYPE = "backlog.Work";
  private static final int IN_FLIGHT = 20_000;
  private static final long WATCH_MS = 500;
  private static final long REPORT_MS = 5_000;
  private static final long MIB = 1024 * 1024;

  private final long messages;
  private final int bodyBytes;
  private final int heapMib;
  private final Path data;
  private final AtomicLong maxRss = new AtomicLong();
  private final AtomicLong maxHeap = new AtomicLong();

  /**
   * What it came to.
   *
   * @param maxRss most memory of the broker's process at any time, in bytes
   * @param maxHeap most of its heap in use at any time, garbage included, in bytes
   * @param restart from its second start, with the whole backlog, to its readiness
   */
  record Report(
      double sentPerSecond,
      double drainedPerSecond,
      Duration restart,
      long maxRss,
      long maxHeap,
      long dataBytes) {
    @Override
    public String toString() {
      return String.format(
          "sent %,.0f/s, drained %,.0f/s, restart %d ms, RSS at most %d MiB, heap at most %d MiB,"
              + " %d MiB on disk",
          sentPerSecond,
          drainedPerSecond,
          restart.toMillis(),
          maxRss / MIB,
          maxHeap / MIB,
          dataBytes / MIB);
    }
  }

  BacklogCampaign(long messages, int bodyBytes, int heapMib, Path data) {
    this.messages = messages;
    this.bodyBytes = Math.max(Long.BYTES, bodyBytes);
    this.heapMib = heapMib;
    this.data = data;
  }

  public static void main(String[] arguments) throws Exception {
    long messages = arguments.length > 0 ? Long.parseLong(arguments[0]) : 5_000_000;
    int bodyBytes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 100;
    int heapMib = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 512;
    Path data =
        arguments.length > 3 ? Path.of(arguments[3]) : Files.createTempDirectory("parley-backlog");
    System.out.printf(
        "%,d commands of %d bytes into %d MiB of heap, data in %s%n",
        messages, bodyBytes, heapMib, data);
    System.out.println(new BacklogCampaign(messages, bodyBytes, heapMib, data).run());
  }

  /** Runs it all. */
  Report run() throws Exception {
    try (BrokerProcess broker =
        BrokerProcess.startWith(
            List.of("-Xmx" + heapMib + "m", "-XX:+ExitOnOutOfMemoryError"), data)) {
      double sentPerSecond = watched(broker, "sent", done -> fill(broker, done));
      long dataBytes = bytesOnDisk();
      broker.kill();
      broker.start();
      Duration restart = broker.startTook();
      long ready = broker.admin().queue(TYPE).get("ready").asLong();
      check("messages after the restart", ready, messages);
      System.out.printf("restarted in %d ms with %,d messages%n", restart.toMillis(), ready);
      double drainedPerSecond = watched(broker, "drained", done -> drain(broker, done));
      return new Report(
          sentPerSecond, drainedPerSecond, restart, maxRss.get(), maxHeap.get(), dataBytes);
    }
  }

  private interface Phase {
    void run(AtomicLong done) throws Exception;
  }

  private void fill(BrokerProcess broker, AtomicLong done) throws Exception {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Semaphore window = new Semaphore(IN_FLIGHT);
    try (ParleyClient client = client(broker, "shop")) {
      for (long i = 0; i < messages && failure.get() == null; i++) {
        byte[] body = ByteBuffer.allocate(bodyBytes).putLong(i).array();
        window.acquire();
        var unused =
            client
                .sendAsync(TYPE, body)
                .whenComplete(
                    (id, why) -> {
                      window.release();
                      done.incrementAndGet();
                      if (why != null) {
                        failure.set(why);
                      }
                    });
      }
      window.acquire(IN_FLIGHT);
    }
    if (failure.get() != null) {
      throw new IllegalStateException("not sent", failure.get());
    }
  }

  private void drain(BrokerProcess broker, AtomicLong done) throws Exception {
    AtomicReference<String> mistake = new AtomicReference<>();
    try (ParleyClient client = client(broker, "worker")) {
      client
          .commandConsumer()
          .types(TYPE)
          .credit(4_096)
          .manual(delivery -> count(delivery, done, mistake))
          .start();
      while (done.get() < messages && mistake.get() == null) {
        long before = done.get();
        Await.until("progress after " + before, () -> done.get() > before);
      }
    }
    if (mistake.get() != null) {
      throw new IllegalStateException(mistake.get());
    }
    check("messages drained", done.get(), messages);
    var queue = broker.admin().queue("worker");
    check("messages left", queue.get("ready").asLong() + queue.get("delayed").asLong(), 0);
  }

  private static void count(
      CommandDelivery delivery, AtomicLong done, AtomicReference<String> mistake) {
    long number = ByteBuffer.wrap(delivery.payload().bytes()).getLong();
    if (number != done.get()) {
      mistake.compareAndSet(null, "message " + number + " (expected: " + done.get() + ")");
    }
    delivery.settle(CommandResult.complete());
    done.incrementAndGet();
  }

  private static void check(String what, long value, long expected) {
    if (value != expected) {
      throw new IllegalStateException(what + ": " + value + " (expected: " + expected + ")");
    }
  }

  private static ParleyClient client(BrokerProcess broker, String service) {
    return ParleyClient.builder()
        .uri(broker.uri())
        .service(service)
        .sendTimeout(Await.PATIENCE)
        .listener(new ClientListener() {})
        .connect();
  }

  // ---- watching

  private double watched(BrokerProcess broker, String what, Phase phase) throws Exception {
    AtomicLong done = new AtomicLong();
    AtomicReference<Exception> failure = new AtomicReference<>();
    long begin = System.nanoTime();
    Thread working =
        new Thread(
            () -> {
              try {
                phase.run(done);
              } catch (Exception e) {
                failure.set(e);
              }
            },
            "campaign");
    working.start();
    try (BrokerMemory memory = BrokerMemory.of(broker.pid())) {
      long reported = begin;
      long reportedDone = 0;
      while (working.isAlive()) {
        working.join(WATCH_MS);
        long rss = memory.residentBytes();
        long heap = memory.heapBytes();
        maxRss.accumulateAndGet(rss, Math::max);
        maxHeap.accumulateAndGet(heap, Math::max);
        long now = System.nanoTime();
        if (now - reported >= TimeUnit.MILLISECONDS.toNanos(REPORT_MS)) {
          long doneNow = done.get();
          System.out.printf(
              "%4d s  %s %,d  %,.0f/s  RSS %d MiB  heap %d MiB%n",
              TimeUnit.NANOSECONDS.toSeconds(now - begin),
              what,
              doneNow,
              (doneNow - reportedDone) * 1e9 / (now - reported),
              rss / MIB,
              heap / MIB);
          reported = now;
          reportedDone = doneNow;
        }
      }
    }
    if (failure.get() != null) {
      throw failure.get();
    }
    return messages * 1e9 / (System.nanoTime() - begin);
  }

  private long bytesOnDisk() throws IOException {
    try (var files = Files.walk(data)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }
}
