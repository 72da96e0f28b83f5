package io.parley.systemtests;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.parley.client.ClientListener;
import io.parley.client.CommandResult;
import io.parley.client.EventResult;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.FrameType;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * More than a broker has memory for:
 *
 * <pre>
 *   broker-system-tests/load-campaign [unread|fan-out|half-frames|connections|queues|slow|large|largest [how many]]
 * </pre>
 *
 * <p>{@code LoadIT} is its short form. Each step has a {@link LoadedBroker}, prints what it
 * measured, and fails if memory passes its bound or others are held up.
 */
final class LoadCampaign {
  private static final List<String> STEPS =
      List.of(
          "unread", "fan-out", "half-frames", "connections", "queues", "slow", "large", "largest");
  private static final int IN_FLIGHT = 8_192;
  private static final int IN_FLIGHT_BYTES = 16 << 20;
  private static final long MIB = 1 << 20;

  /** Of each queue that is not read. */
  private static final int UNREAD_MESSAGES = 256;

  private static final int UNREAD_BYTES = 16 * 1024;

  /** Events that each subscriber is to get. */
  private static final int FAN_OUT = 20;

  /** A message of 16 MiB, headers included, is the most there can be. */
  private static final String[] LARGEST_LIMITS = {
    "--set", "limits.max-message=16MiB", "--set", "limits.send-window=64MiB"
  };

  /** That each sender of the largest sends. */
  private static final int LARGEST_MESSAGES = 4;

  /** What others may wait for while a broker is at its bounds. */
  private static final Duration HEALTHY_WITHIN = Duration.ofSeconds(2);

  /** Who reads nothing gets its first large event all the same, and goes a second later. */
  private static final Duration HEALTHY_AFTER_ROUNDS = Duration.ofSeconds(10);

  private final LoadedBroker broker;
  private final boolean timed;

  private LoadCampaign(LoadedBroker broker, boolean timed) {
    this.broker = broker;
    this.timed = timed;
  }

  public static void main(String[] arguments) throws Exception {
    List<String> steps = arguments.length == 0 ? STEPS : List.of(arguments[0]);
    for (String step : steps) {
      Path data = Files.createTempDirectory("parley-load");
      try {
        run(step, arguments.length > 1 ? Integer.parseInt(arguments[1]) : 0, data, true);
      } finally {
        CampaignFiles.deleteAll(data);
      }
    }
    System.exit(0);
  }

  /**
   * Runs one.
   *
   * @param many as many as the campaign has if 0
   * @param timed whether others must be served within a time, not just be served: a build's machine
   *     may be busy with something else
   */
  static void run(String step, int many, Path data, boolean timed) throws Exception {
    String[] options = step.equals("largest") ? LARGEST_LIMITS : new String[0];
    try (LoadedBroker broker = new LoadedBroker(data.resolve("broker"), options)) {
      LoadCampaign campaign = new LoadCampaign(broker, timed);
      switch (step) {
        case "unread" -> campaign.unread(many == 0 ? 300 : many);
        case "fan-out" -> campaign.fanOut(many == 0 ? 300 : many);
        case "half-frames" -> campaign.halfFrames(many == 0 ? 1_000 : many);
        case "connections" -> campaign.connections(many == 0 ? 10_000 : many);
        case "queues" -> campaign.queues(many == 0 ? 100_000 : many);
        case "slow" -> campaign.slow(many == 0 ? 8 : many);
        case "large" -> campaign.large(many == 0 ? 8 : many);
        case "largest" -> campaign.largest(many == 0 ? 32 : many);
        default ->
            throw new IllegalArgumentException("'" + step + "' (expected: one of " + STEPS + ")");
      }
      broker.checkLog();
      say("  %s", broker);
    }
  }

  private static void say(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }

  private ParleyClient client(String service) {
    return ParleyClient.builder()
        .uri(broker.process().uri())
        .service(service)
        .sendTimeout(Await.PATIENCE)
        .listener(new ClientListener() {})
        .connect();
  }

  /** A service that minds its own business: the longest of a row of commands, there and back. */
  private Duration healthy(String name) throws Exception {
    long slowest = 0;
    try (ParleyClient client = client(name)) {
      client
          .commandConsumer()
          .on(name + ".Say", byte[].class, (body, delivery) -> CommandResult.complete("said"))
          .start();
      for (int i = 0; i < 200; i++) {
        long begin = System.nanoTime();
        var unused =
            client.sendAndComplete(
                OutgoingMessage.of(name + ".Say", new byte[1_000]), Await.PATIENCE);
        slowest = Math.max(slowest, System.nanoTime() - begin);
      }
    }
    return Duration.ofNanos(slowest);
  }

  private void checkHealthy(String name) throws Exception {
    checkHealthy(name, HEALTHY_WITHIN);
  }

  private void checkHealthy(String name, Duration within) throws Exception {
    Duration slowest = healthy(name);
    say("  200 commands of others beside: the slowest took %d ms", slowest.toMillis());
    if (timed && slowest.compareTo(within) > 0) {
      throw new AssertionError(slowest + " (expected: at most " + within + ")");
    }
  }

  // ---------------------------------------------------------------- consumers that don't read

  /** Each wants a queue of its own, all of it at once, and reads nothing. */
  private void unread(int many) throws Exception {
    int messages = many * UNREAD_MESSAGES;
    say(
        "%,d consumers that read nothing, %,d MiB asked for at once:",
        many, (long) messages * UNREAD_BYTES / MIB);
    byte[] body = new byte[UNREAD_BYTES];
    try (ParleyClient client = client("sender")) {
      // In turns, so that what one consumer gets is from as many pieces of the disk.
      BulkSend.of(
          messages, i -> client.sendAsync(OutgoingMessage.of("load.Unread-" + i % many, body)));
    }
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < many; i++) {
        sockets.add(
            connect(
                "unread-" + i,
                new Request.Consume(2, 1, "", List.of("load.Unread-" + i), 65_536, 0)));
      }
      checkHealthy("beside");
      broker.checkMemory();
      say("  %s", broker);
    } finally {
      close(sockets);
    }
    for (int i = 0; i < many; i += Math.max(1, many / 10)) {
      drain("unread-" + i);
    }
  }

  /** Each is to get all events, which are large, and reads none. */
  private void fanOut(int many) throws Exception {
    say("%,d subscribers that read nothing, each to get %d events of 1 MB:", many, FAN_OUT);
    List<Socket> sockets = new ArrayList<>();
    try (ParleyClient client = client("sender")) {
      for (int i = 0; i < many; i++) {
        Socket socket =
            connect(
                "fan-" + i,
                new Request.Subscribe(
                    2, 1, "", List.of("load.Large"), 65_536, 0, Request.Subscribe.FROM_NOW));
        sockets.add(socket);
        IdleConnections.expect(socket, FrameType.OK);
      }
      for (int i = 0; i < FAN_OUT; i++) {
        var unused = client.publish(OutgoingMessage.of("load.Large", new byte[1_000_000]));
      }
      checkHealthy("beside", HEALTHY_AFTER_ROUNDS);
      broker.checkMemory();
    } finally {
      close(sockets);
    }
  }

  private Socket connect(String service, Request request) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4_096);
    socket.connect(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), broker.process().port()));
    socket.setSoTimeout((int) Await.PATIENCE.toMillis());
    socket
        .getOutputStream()
        .write(IdleConnections.bytes(WireClient.hello(service, WireClient.randomId())));
    IdleConnections.expect(socket, FrameType.HELLO_OK);
    socket.getOutputStream().write(IdleConnections.bytes(request));
    return socket;
  }

  private static void close(List<Socket> sockets) throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** What wasn't read is there still, all of it. */
  private void drain(String service) throws Exception {
    CountDownLatch all = new CountDownLatch(UNREAD_MESSAGES);
    try (ParleyClient client = client(service)) {
      client
          .commandConsumer()
          .manual(
              delivery -> {
                delivery.settle(CommandResult.complete());
                all.countDown();
              })
          .start();
      Await.latch("all " + UNREAD_MESSAGES + " of " + service, all);
    }
  }

  // ---------------------------------------------------------------- frames that never end

  private void halfFrames(int many) throws Exception {
    say("%,d clients that send all but the end of a frame of 1 MB:", many);
    ByteBuf frame = Unpooled.buffer();
    frame.writeInt(1_000_000).writeByte(FrameType.SEND.code()).writeZero(999_990);
    byte[] bytes = ByteBufUtil.getBytes(frame);
    List<Socket> sockets = new ArrayList<>();
    try (WireClient first = WireClient.welcomed(broker.process().port(), "half-first")) {
      first.write(bytes);
      for (int i = 0; i < many; i++) {
        Socket socket = connect("half-" + i, new Request.Ping(1));
        sockets.add(socket);
        // Where the broker reads no more of it, it stays where it is.
        Thread writing = new Thread(() -> write(socket, bytes), "half a frame");
        writing.setDaemon(true);
        writing.start();
        if (i % 10 == 9) {
          writing.join(100);
        }
      }
      checkHealthy("beside");
      broker.checkMemory();
      checkShed(first);
    } finally {
      close(sockets);
    }
  }

  private static void checkShed(WireClient client) throws IOException {
    Frame frame = client.read();
    while (frame instanceof Response.Pong) {
      frame = client.read();
    }
    if (!(frame instanceof Response.Failure failure) || failure.code() != ErrorCode.OVERLOADED) {
      throw new AssertionError(frame + " (expected: that it is told why it has to go)");
    }
    say("  the first was told: %s", failure.message());
  }

  private static void write(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      // Refused: so be it.
    }
  }

  // ---------------------------------------------------------------- connections, queues

  private void connections(int many) throws Exception {
    say("%,d connections, each with a consumer:", many);
    try (IdleConnections connections = new IdleConnections(broker.process().port(), many);
        BrokerMemory memory = BrokerMemory.of(broker.process().pid());
        BusyQueue busy = new BusyQueue(broker.process(), memory)) {
      say("  %,.0f/s sent and handled beside", busy.work(5_000).perSecond());
      checkHealthy("beside");
      connections.check();
      broker.checkMemory();
    }
  }

  private void queues(int many) throws Exception {
    say("%,d queues, each with a message waiting:", many);
    IdleCampaign.makeQueues(broker.process(), 0, many);
    byte[] body = new byte[100];
    try (ParleyClient client = client("sender");
        BrokerMemory memory = BrokerMemory.of(broker.process().pid());
        BusyQueue busy = new BusyQueue(broker.process(), memory)) {
      BulkSend.of(
          many,
          i -> client.sendAsync(OutgoingMessage.of(IdleCampaign.name("type", i) + ".Do", body)));
      say("  %,.0f/s sent and handled beside", busy.work(5_000).perSecond());
      checkHealthy("beside");
      broker.checkMemory();
    }
  }

  // ---------------------------------------------------------------- slow beside fast

  /** One quick subscriber of all events, with slow ones beside and without them, in turns. */
  private void slow(int many) throws Exception {
    say("A quick subscriber beside %d slow ones:", many);
    List<Double> ratios = new ArrayList<>();
    AtomicInteger heard = new AtomicInteger();
    try (ParleyClient shop = client("shop");
        ParleyClient quick = client("quick")) {
      quick
          .subscriber()
          .patterns("load.Heard")
          .credit(4_096)
          .manual(
              delivery -> {
                delivery.settle(EventResult.complete());
                heard.incrementAndGet();
              })
          .start();
      // The inboxes are there all the time: what they cost to fill isn't what is asked here.
      for (int i = 0; i < many; i++) {
        shop.declareSubscription("slow-" + i, "load.Heard");
      }
      publish(shop, heard, 10_000);
      for (int round = 0; round < 6; round++) {
        double without = round % 2 == 0 ? publish(shop, heard, 3_000) : 0;
        double with = publishBesideSlow(shop, heard, many);
        without = round % 2 == 0 ? without : publish(shop, heard, 3_000);
        ratios.add(with / without);
        say("  without %,.0f/s, beside them %,.0f/s", without, with);
      }
    }
    double median = ratios.stream().sorted().skip(ratios.size() / 2).findFirst().orElseThrow();
    say("  median ratio %.3f (expected: at least 0.9)", median);
    if (median < 0.9) {
      throw new AssertionError("slowed to " + median);
    }
  }

  private double publishBesideSlow(ParleyClient shop, AtomicInteger heard, int many)
      throws Exception {
    CountDownLatch begun = new CountDownLatch(many);
    List<ParleyClient> slow = new ArrayList<>();
    try {
      for (int i = 0; i < many; i++) {
        slow.add(startSlow("slow-" + i, begun));
      }
      Await.latch("each slow one is at work", begun);
      double rate = publish(shop, heard, 3_000);
      broker.checkMemory();
      return rate;
    } finally {
      slow.forEach(ParleyClient::abort);
    }
  }

  private ParleyClient startSlow(String subscription, CountDownLatch begun) {
    ParleyClient client = client("shop");
    AtomicBoolean first = new AtomicBoolean(true);
    client
        .subscriber()
        .subscription(subscription)
        .manual(
            delivery -> {
              if (first.getAndSet(false)) {
                begun.countDown();
              }
              LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
              delivery.settle(EventResult.complete());
            })
        .start();
    return client;
  }

  /** Publishes for a while; how many a second the quick one heard. */
  private static double publish(ParleyClient shop, AtomicInteger heard, int millis)
      throws Exception {
    byte[] body = new byte[1_000];
    int before = heard.get();
    long begin = System.nanoTime();
    int sent = 0;
    Semaphore window = new Semaphore(IN_FLIGHT);
    while (System.nanoTime() - begin < TimeUnit.MILLISECONDS.toNanos(millis)) {
      window.acquire();
      sent++;
      var unused =
          shop.publishAsync(OutgoingMessage.of("load.Heard", body))
              .whenComplete((id, why) -> window.release());
    }
    int target = before + sent;
    Await.until("all " + sent + " heard", () -> heard.get() >= target);
    return sent * 1e9 / (System.nanoTime() - begin);
  }

  // ---------------------------------------------------------------- large beside small

  private void large(int pairs) throws Exception {
    say("Small commands, 500/s, to their handlers, beside large ones of %d pairs:", pairs);
    say("  alone:                 %s", small(0, 0));
    say("  beside those of 1 MiB: %s", small(pairs, (int) MIB - 1_000));
    broker.checkMemory();
  }

  // ---------------------------------------------------------------- as large as they may be

  /** Each pair has a sender that sends without a pause, and a receiver that takes what comes. */
  private void largest(int pairs) throws Exception {
    say("%d pairs that send and handle %d messages of 15 MiB each:", pairs, LARGEST_MESSAGES);
    CountDownLatch handled = new CountDownLatch(pairs * LARGEST_MESSAGES);
    List<ParleyClient> clients = new ArrayList<>();
    List<CompletableFuture<Void>> senders = new ArrayList<>();
    byte[] body = new byte[15 << 20];
    try {
      for (int i = 0; i < pairs; i++) {
        ParleyClient sender = client("largest");
        ParleyClient receiver = client("largest");
        clients.add(sender);
        clients.add(receiver);
        receiver
            .commandConsumer()
            .types("load.Largest")
            .manual(
                delivery -> {
                  delivery.settle(CommandResult.complete());
                  handled.countDown();
                })
            .start();
        senders.add(
            CompletableFuture.runAsync(
                () -> {
                  for (int sent = 0; sent < LARGEST_MESSAGES; sent++) {
                    var unused = sender.send(OutgoingMessage.of("load.Largest", body));
                  }
                },
                task -> new Thread(task, "largest").start()));
      }
      checkHealthy("beside", HEALTHY_AFTER_ROUNDS);
      for (CompletableFuture<Void> sender : senders) {
        sender.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
      Await.latch("all are handled", handled);
      broker.checkMemory();
    } finally {
      clients.forEach(ParleyClient::abort);
    }
  }

  private String small(int pairs, int bytes) throws Exception {
    long[] nanos = new long[5_000];
    AtomicInteger handled = new AtomicInteger();
    AtomicInteger handledLarge = new AtomicInteger();
    AtomicBoolean goesOn = new AtomicBoolean(true);
    CountDownLatch all = new CountDownLatch(nanos.length);
    List<ParleyClient> clients = new ArrayList<>();
    List<CompletableFuture<Void>> floods = new ArrayList<>();
    try (ParleyClient shop = client("shop");
        ParleyClient worker = client("small")) {
      worker
          .commandConsumer()
          .types("load.Small")
          .manual(
              delivery -> {
                long due = Long.parseLong(delivery.headers().get("due"));
                delivery.settle(CommandResult.complete());
                nanos[handled.getAndIncrement()] = System.nanoTime() - due;
                all.countDown();
              })
          .start();
      for (int i = 0; i < pairs; i++) {
        ParleyClient sender = client("large");
        ParleyClient receiver = client("large");
        clients.add(sender);
        clients.add(receiver);
        receiver
            .commandConsumer()
            .types("load.Large")
            .credit(16)
            .manual(
                delivery -> {
                  handledLarge.incrementAndGet();
                  delivery.settle(CommandResult.complete());
                })
            .start();
        byte[] body = new byte[bytes];
        floods.add(
            CompletableFuture.runAsync(
                () -> {
                  while (goesOn.get()) {
                    var unused = sender.send(OutgoingMessage.of("load.Large", body));
                  }
                },
                task -> new Thread(task, "flood").start()));
      }
      long begin = System.nanoTime();
      for (int i = 0; i < nanos.length; i++) {
        long due = begin + i * 2_000_000L;
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        var unused =
            shop.sendAsync(
                OutgoingMessage.of("load.Small", new byte[100]).header("due", Long.toString(due)));
      }
      Await.latch("all small ones are handled", all);
      goesOn.set(false);
      for (CompletableFuture<Void> flood : floods) {
        flood.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
    } finally {
      clients.forEach(ParleyClient::abort);
    }
    Arrays.sort(nanos);
    return String.format(
        Locale.ROOT,
        "p50 %.1f ms, p99 %.1f ms, max %.1f ms; %d large ones handled",
        nanos[nanos.length / 2] / 1e6,
        nanos[(int) (nanos.length * 0.99)] / 1e6,
        nanos[nanos.length - 1] / 1e6,
        handledLarge.get());
  }
}
