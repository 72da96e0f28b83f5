package io.parley.compare.redis;

import io.lettuce.core.RedisBusyException;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.parley.compare.Failures;
import io.parley.compare.Jars;
import io.parley.compare.Names;
import io.parley.compare.result.RunResult;
import io.parley.load.broker.Confirms;
import io.parley.load.broker.Handler;
import io.parley.load.broker.Kind;
import io.parley.load.broker.Receiver;
import io.parley.load.broker.Sender;
import io.parley.load.broker.Target;
import io.parley.load.broker.Traffic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Redis Streams, pipelined: XADD, XREADGROUP, XACK. A queue is a stream with one group, and what
 * was acknowledged is deleted (XDEL), as from a queue. A topic is one stream with a group for each
 * subscription, trimmed to about a million messages: what is older is gone, read or not.
 */
final class RedisTarget implements Target {
  static final byte[] FIELD = {'b'};

  private static final int PORT = 36379;
  private static final int TOPIC_MESSAGES_MAX = 1_000_000;

  /** Commands written to the socket at once, while more are coming. */
  private static final int PIPELINE = 50;

  private final String appendFsync;
  private final RedisClient client;

  RedisTarget(String appendFsync) {
    this.appendFsync = appendFsync;
    client =
        RedisClient.create(
            RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(PORT)
                .withTimeout(Duration.ofSeconds(60))
                .build());
  }

  @Override
  public Map<String, String> description() {
    Map<String, String> description = new LinkedHashMap<>();
    description.put("product", "Redis Streams");
    description.put("client", Jars.nameOf(RedisClient.class));
    description.put(
        "confirmed",
        appendFsync.equals("always")
            ? "after fsync of the append-only file"
            : "before the append-only file is synced, once a second");
    description.put(RunResult.SYNCED, appendFsync.equals("always") ? "yes" : "no");
    return description;
  }

  @Override
  public void declare(Traffic traffic) {
    try (StatefulRedisConnection<byte[], byte[]> connection = connect()) {
      for (String group : Names.destinations(traffic)) {
        try {
          connection
              .sync()
              .xgroupCreate(
                  StreamOffset.from(stream(traffic, group), "0"),
                  bytes(group),
                  XGroupCreateArgs.Builder.mkstream());
        } catch (RedisBusyException e) {
          // it is there, and used as it is
        }
      }
    }
  }

  private static byte[] stream(Traffic traffic, String group) {
    return bytes(traffic.kind() == Kind.EVENTS ? Names.TOPIC : group);
  }

  @Override
  public Sender sender(Traffic traffic, int producer, Confirms confirms) {
    StatefulRedisConnection<byte[], byte[]> connection = connect();
    connection.setAutoFlushCommands(false);
    RedisAsyncCommands<byte[], byte[]> redis = connection.async();
    List<byte[]> streams = Names.addresses(traffic).stream().map(RedisTarget::bytes).toList();
    XAddArgs settings =
        traffic.kind() == Kind.EVENTS
            ? XAddArgs.Builder.maxlen(TOPIC_MESSAGES_MAX).approximateTrimming()
            : new XAddArgs();
    return new Sender() {
      private int unflushed;

      // The client encodes the body when it flushes.
      @Override
      public void send(long number, int destination, @Nullable String key, byte[] body) {
        var unused =
            redis
                .xadd(streams.get(destination), settings, FIELD, body.clone())
                .whenComplete(
                    (id, e) -> {
                      if (e == null) {
                        confirms.confirmed(number);
                      } else {
                        confirms.failed(number, Failures.codeOf(e));
                      }
                    });
        if (++unflushed >= PIPELINE) {
          flush();
        }
      }

      @Override
      public void flush() {
        if (unflushed > 0) {
          connection.flushCommands();
          unflushed = 0;
        }
      }

      @Override
      public void close() {
        connection.close();
      }
    };
  }

  @Override
  public Receiver receiver(Traffic traffic, int consumer, int destination, Handler handler) {
    String group = Names.destination(traffic, destination);
    boolean delete = traffic.kind() == Kind.COMMANDS;
    return new GroupReceiver(
            connect(), stream(traffic, group), group, "consumer-" + consumer, delete, handler)
        .start();
  }

  private StatefulRedisConnection<byte[], byte[]> connect() {
    return client.connect(ByteArrayCodec.INSTANCE);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
  }
}
