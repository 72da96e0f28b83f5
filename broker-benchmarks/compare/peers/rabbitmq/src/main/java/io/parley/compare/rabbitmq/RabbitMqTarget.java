package io.parley.compare.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.ShutdownSignalException;
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
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * RabbitMQ: durable queues, persistent messages, publisher confirms, manual acknowledgement. A
 * topic is a fanout exchange with a queue for each subscription.
 *
 * <p>As its makers advise: <a href="https://www.rabbitmq.com/docs/confirms#channel-qos-prefetch">a
 * prefetch of some hundreds, acknowledging several at once</a>, confirms handled as they come.
 */
final class RabbitMqTarget implements Target {
  private static final int PORT = 35672;

  /** Its makers find 100 to 300 optimal for most; this leaves room for a slow moment. */
  private static final int PREFETCH_MAX = 1_000;

  /** Acknowledgements sent as one, where messages come fast. */
  private static final int ACK_BATCH = 100;

  /**
   * After a crash it answers before its queues can be read, and closes the connection that tries
   * (541, INTERNAL_ERROR).
   */
  private static final long READABLE_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final long RETRY_MS = 100;

  private final String queueType;
  private final ConnectionFactory factory = new ConnectionFactory();
  private final Connection admin;

  RabbitMqTarget(String queueType) throws Exception {
    this.queueType = queueType;
    factory.setHost("127.0.0.1");
    factory.setPort(PORT);
    admin = factory.newConnection();
  }

  @Override
  public Map<String, String> description() {
    Map<String, String> description = new LinkedHashMap<>();
    description.put("product", "RabbitMQ");
    description.put("client", Jars.nameOf(ConnectionFactory.class));
    description.put("queue", queueType);
    description.put(
        "confirmed",
        queueType.equals("quorum")
            ? "after the log's fsync"
            : "after the message store's fsync, or once consumed");
    description.put(RunResult.SYNCED, "yes");
    return description;
  }

  @Override
  public void declare(Traffic traffic) throws Exception {
    try (Channel channel = admin.createChannel()) {
      for (String queue : Names.destinations(traffic)) {
        channel.queueDeclare(queue, true, false, false, Map.of("x-queue-type", queueType));
      }
      if (traffic.kind() == Kind.EVENTS) {
        channel.exchangeDeclare(Names.TOPIC, "fanout", true);
        for (String queue : Names.destinations(traffic)) {
          channel.queueBind(queue, Names.TOPIC, "");
        }
      }
    }
  }

  @Override
  public Sender sender(Traffic traffic, int producer, Confirms confirms) throws Exception {
    Connection connection = factory.newConnection();
    Channel channel = connection.createChannel();
    channel.confirmSelect();
    PublishTags tags = new PublishTags(confirms);
    channel.addConfirmListener(tags::acknowledged, tags::refused);
    boolean events = traffic.kind() == Kind.EVENTS;
    List<String> queues = Names.destinations(traffic);
    return new Sender() {
      // The client copies the body to its stream before its method returns.
      @Override
      public void send(long number, int destination, @Nullable String key, byte[] body)
          throws IOException {
        channel.basicPublish(
            events ? Names.TOPIC : "",
            events ? "" : queues.get(destination),
            MessageProperties.MINIMAL_PERSISTENT_BASIC,
            body);
      }

      @Override
      public void close() {
        closeQuietly(connection);
      }
    };
  }

  @Override
  public Receiver receiver(Traffic traffic, int consumer, int destination, Handler handler)
      throws Exception {
    String queue = Names.destination(traffic, destination);
    for (long begin = System.nanoTime(); ; ) {
      Connection connection = factory.newConnection();
      try {
        return receive(connection, traffic, queue, handler);
      } catch (IOException | ShutdownSignalException e) {
        closeQuietly(connection);
        if (System.nanoTime() - begin > READABLE_LIMIT_NANOS) {
          throw e;
        }
        Thread.sleep(RETRY_MS);
      }
    }
  }

  private static Receiver receive(
      Connection connection, Traffic traffic, String queue, Handler handler) throws IOException {
    Channel channel = connection.createChannel();
    channel.basicQos(Math.min(PREFETCH_MAX, traffic.credit()));
    Acknowledgements acknowledgements =
        new Acknowledgements(channel, traffic.isLatencyBound() ? 1 : ACK_BATCH);
    channel.basicConsume(
        queue,
        false,
        new DefaultConsumer(channel) {
          @Override
          public void handleDelivery(
              String consumerTag, Envelope envelope, AMQP.BasicProperties unused, byte[] body) {
            handler.arrived(body, envelope.isRedeliver());
            acknowledgements.add(envelope.getDeliveryTag());
          }
        });
    return () -> {
      acknowledgements.close();
      closeQuietly(connection);
    };
  }

  @Override
  public void close() {
    closeQuietly(admin);
  }

  private static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (IOException | ShutdownSignalException e) {
      System.err.println("rabbitmq: close: " + e);
    }
  }
}
