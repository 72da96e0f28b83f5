package io.parley.compare.redis;

import io.lettuce.core.Consumer;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.parley.compare.PollingReceiver;
import io.parley.load.broker.Handler;
import java.util.List;

/** A consumer of a group. The acknowledgements of one read travel in the pipeline of the next. */
final class GroupReceiver extends PollingReceiver {
  /** More a read than what the others hold: a read costs the server more than a message. */
  private static final int COUNT = 2_000;

  private static final long BLOCK_MS = 500;

  private final StatefulRedisConnection<byte[], byte[]> connection;
  private final byte[] stream;
  private final byte[] group;
  private final Consumer<byte[]> consumer;
  private final boolean delete;
  private final Handler handler;

  /**
   * A consumer.
   *
   * @param delete whether what was acknowledged leaves the stream
   */
  GroupReceiver(
      StatefulRedisConnection<byte[], byte[]> connection,
      byte[] stream,
      String group,
      String consumer,
      boolean delete,
      Handler handler) {
    super("redis-" + group + "-" + consumer);
    this.connection = connection;
    this.stream = stream;
    this.group = RedisTarget.bytes(group);
    this.consumer = Consumer.from(this.group, RedisTarget.bytes(consumer));
    this.delete = delete;
    this.handler = handler;
  }

  @Override
  protected void receive() throws Exception {
    try (connection) {
      connection.setAutoFlushCommands(false);
      RedisAsyncCommands<byte[], byte[]> redis = connection.async();
      XReadArgs read = XReadArgs.Builder.count(COUNT).block(BLOCK_MS);
      while (!isClosed()) {
        RedisFuture<List<StreamMessage<byte[], byte[]>>> next = read(redis, read);
        connection.flushCommands();
        acknowledge(redis, handle(next.get()));
      }
      RedisFuture<String> last = redis.ping();
      connection.flushCommands();
      String unused = last.get(); // so that the last acknowledgements are in
    }
  }

  @SuppressWarnings("unchecked") // the client takes several streams, as an array of a generic type
  private RedisFuture<List<StreamMessage<byte[], byte[]>>> read(
      RedisAsyncCommands<byte[], byte[]> redis, XReadArgs settings) {
    return redis.xreadgroup(consumer, settings, StreamOffset.lastConsumed(stream));
  }

  private String[] handle(List<StreamMessage<byte[], byte[]>> messages) {
    String[] ids = new String[messages.size()];
    for (int i = 0; i < ids.length; i++) {
      StreamMessage<byte[], byte[]> message = messages.get(i);
      ids[i] = message.getId();
      handler.arrived(message.getBody().values().iterator().next(), false);
    }
    return ids;
  }

  private void acknowledge(RedisAsyncCommands<byte[], byte[]> redis, String[] ids) {
    if (ids.length > 0) {
      var unused = redis.xack(stream, group, ids);
      if (delete) {
        var alsoUnused = redis.xdel(stream, ids);
      }
    }
  }
}
