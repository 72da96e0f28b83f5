package io.parley.systemtests.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.parley.client.CommandResult;
import io.parley.client.EventResult;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.systemtests.WireClient;
import io.parley.testkit.EmbeddedBroker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * A live broker that gets {@link RandomTalk} and HTTP requests, sound ones mixed with changed ones.
 * After each round a healthy client is served as if nothing were; nothing was logged that isn't a
 * peer's mistake; no buffer was left without an owner; and no call took longer than its deadline.
 */
final class BrokerFuzz implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int CONNECTIONS = 4;
  private static final int BATCHES = 10;
  private static final int BATCH_FRAMES = 25;
  private static final int REQUESTS = 10;

  /** One frame in so many is changed. */
  private static final int SOUNDNESS = 15;

  /** What the pool and its caches may take more than after the first rounds. */
  private static final long MEMORY_SLACK_BYTES = 32 << 20;

  private static final int WARM_UP_ROUNDS = 20;
  private static final int PING = 0x7FFF_FFFF;

  private final ResourceLeakDetector.Level levelBefore = ResourceLeakDetector.getLevel();
  private final Trouble trouble = new Trouble();
  private final EmbeddedBroker broker;
  private final ParleyClient healthy;
  private final SynchronousQueue<String> heard = new SynchronousQueue<>();
  private final Random random;
  private final Mutator mutator;
  private long memoryAfterWarmUp;
  private int rounds;
  private long frames;
  private long requests;
  private long connections;
  private long refusedFrames;

  BrokerFuzz(long seed) {
    random = new Random(seed);
    mutator = new Mutator(random);
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    broker = EmbeddedBroker.start();
    trouble.listen();
    healthy = ParleyClient.connect(broker.uri(), "healthy");
    healthy
        .commandConsumer()
        .on("healthy.Say", String.class, (text, d) -> CommandResult.complete("said " + text))
        .start();
    healthy
        .subscriber()
        .on(
            "healthy.Said",
            String.class,
            (text, d) -> {
              heard.offer(text, PATIENCE.toSeconds(), TimeUnit.SECONDS);
              return EventResult.complete();
            })
        .start();
  }

  /** One round, and what must hold after it. */
  void round() throws Exception {
    for (int i = 0; i < CONNECTIONS; i++) {
      talk("fuzz" + random.nextInt(3));
    }
    for (int i = 0; i < REQUESTS; i++) {
      request();
    }
    rounds++;
    requireHealthy();
    trouble.requireNone();
    requireMemory();
  }

  // ---------------------------------------------------------------- frames

  private void talk(String service) throws IOException {
    RandomTalk talk = new RandomTalk(random);
    connections++;
    try (WireClient client = WireClient.welcomed(broker.port(), service)) {
      for (int i = 0; i < BATCHES; i++) {
        if (!batch(client, talk)) {
          return;
        }
      }
      if (random.nextBoolean()) {
        byte[] frame = talk.next(Integer.MAX_VALUE);
        client.write(Arrays.copyOf(frame, random.nextInt(frame.length)));
      }
    } catch (SocketException e) {
      refusedFrames++; // the broker was quicker to hang up than we to write
    }
  }

  /** Whether the connection is still there afterwards. */
  private boolean batch(WireClient client, RandomTalk talk) throws IOException {
    ByteArrayOutputStream batch = new ByteArrayOutputStream();
    boolean inStep = true;
    for (int i = 0; i < BATCH_FRAMES && inStep; i++) {
      byte[] frame = talk.next(SOUNDNESS);
      batch.writeBytes(frame);
      inStep = isWhole(frame);
      frames++;
    }
    if (inStep) {
      batch.writeBytes(RandomTalk.bytes(new Request.Ping(PING)));
    }
    client.write(batch.toByteArray());
    if (!inStep) {
      client.endOutput(); // or it would wait for what never comes
    }
    while (true) {
      Frame frame = client.read();
      if (frame == null) {
        return false;
      } else if (frame instanceof Response.Pong pong && pong.correlation() == PING) {
        return true;
      } else if (frame instanceof Response.Failure failure) {
        if (failure.code() == ErrorCode.INTERNAL) {
          throw new AssertionError("a defect: " + failure);
        }
        refusedFrames += failure.closing() ? 1 : 0;
      }
      talk.heard(frame);
    }
  }

  private static boolean isWhole(byte[] frame) {
    return frame.length >= Integer.BYTES
        && ByteBuffer.wrap(frame).getInt() == frame.length - Integer.BYTES;
  }

  // ---------------------------------------------------------------- HTTP

  private static final List<byte[]> REQUEST_SEEDS =
      seeds(
          "GET /health/ready HTTP/1.1\r\nHost: a\r\n\r\n",
          "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n",
          "GET /admin/v1/namespaces/default/queues/fuzz0?x=%41 HTTP/1.1\r\nHost: a\r\n\r\n",
          "GET /admin/v1/namespaces/default/dead-letters?destination=fuzz0&limit=10 HTTP/1.1\r\n"
              + "Host: a\r\n\r\n",
          "GET /admin/v1/namespaces/default/messages/01933a80-7c00-7000-8000-0000000000a1/trace"
              + " HTTP/1.1\r\nHost: a\r\n\r\n",
          "GET /admin/v1/namespaces/default/routes/fuzz.COMMAND1?kind=command HTTP/1.1\r\n\r\n",
          post("queues/fuzz0/pause", "{}"),
          post("queues/fuzz0/resume", "{}"),
          post("queues/fuzz1/settings", "{\"maxAttempts\":\"3\",\"leaseMs\":\"2000\"}"),
          post("queues/fuzz2/purge", "{\"state\":\"dead\",\"olderThanMs\":\"1000\"}"),
          post("types", "{\"name\":\"fuzz.T\",\"kind\":\"command\",\"owner\":\"fuzz1\"}"),
          post("types/transfer", "{\"name\":\"fuzz.COMMAND1\",\"to\":\"fuzz2\"}"),
          post("dead-letters/redrive", "{\"destination\":\"fuzz0\"}"));

  private static String post(String path, String body) {
    return "POST /admin/v1/namespaces/default/%s HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(path, body.length(), body);
  }

  private static List<byte[]> seeds(String... texts) {
    List<byte[]> seeds = new ArrayList<>();
    for (String text : texts) {
      seeds.add(text.getBytes(UTF_8));
    }
    return seeds;
  }

  private void request() throws IOException {
    byte[] request = mutator.next(REQUEST_SEEDS);
    requests++;
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), URI.create(broker.adminUri()).getPort())) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket.getOutputStream().write(request);
      socket.shutdownOutput();
      String answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
      if (answer.startsWith("HTTP/1.1 500")) {
        throw new AssertionError("answered " + answer + "\nto\n" + new String(request, ISO_8859_1));
      }
    } catch (SocketException e) {
      refusedFrames++; // a request with more behind it than was read
    }
  }

  // ---------------------------------------------------------------- what must hold

  private void requireHealthy() throws InterruptedException {
    Outcome outcome =
        healthy.sendAndAwait(OutgoingMessage.of("healthy.Say", "" + rounds), PATIENCE);
    if (outcome.status() != OutcomeStatus.COMPLETED
        || !new String(outcome.result().bytes(), UTF_8).equals("said " + rounds)) {
      throw new AssertionError("a healthy command ended as " + outcome);
    }
    healthy.publish("healthy.Said", "" + rounds);
    String text = heard.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (!("" + rounds).equals(text)) {
      throw new AssertionError("heard " + text + " (expected: " + rounds + ")");
    }
  }

  private void requireMemory() {
    long used = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    if (rounds == WARM_UP_ROUNDS) {
      memoryAfterWarmUp = used;
    } else if (rounds > WARM_UP_ROUNDS && used > memoryAfterWarmUp + MEMORY_SLACK_BYTES) {
      throw new AssertionError(
          "direct memory: "
              + used
              + " (expected: at most "
              + MEMORY_SLACK_BYTES
              + " over "
              + memoryAfterWarmUp
              + ")");
    }
    if (rounds % WARM_UP_ROUNDS == 0) {
      System.gc(); // buffers that nobody has are told of when the next ones are taken
    }
  }

  @Override
  public String toString() {
    return "%,d rounds: %,d frames on %,d connections, %,d of them ended by the broker; %,d HTTP requests"
        .formatted(rounds, frames, connections, refusedFrames, requests);
  }

  long executions() {
    return frames + requests;
  }

  @Override
  public void close() {
    healthy.close();
    broker.close();
    trouble.stop();
    ResourceLeakDetector.setLevel(levelBefore);
  }

  /** What is logged as a defect: errors, the leak detector's among them, and exceptions. */
  private static final class Trouble extends AppenderBase<ILoggingEvent> {
    private final Queue<String> events = new ConcurrentLinkedQueue<>();
    private final Logger root =
        ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(Logger.ROOT_LOGGER_NAME);

    void listen() {
      setContext(root.getLoggerContext());
      start();
      root.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
      if (event.getLevel().isGreaterOrEqual(Level.ERROR) || event.getThrowableProxy() != null) {
        events.add(
            event
                + (event.getThrowableProxy() == null
                    ? ""
                    : "\n" + ThrowableProxyUtil.asString(event.getThrowableProxy())));
      }
    }

    void requireNone() {
      if (!events.isEmpty()) {
        throw new AssertionError("logged: " + String.join("\n", events));
      }
    }

    @Override
    public void stop() {
      root.detachAppender(this);
      super.stop();
    }
  }
}
