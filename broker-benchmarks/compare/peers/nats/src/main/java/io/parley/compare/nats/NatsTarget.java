package io.parley.compare.nats;

import io.nats.client.Connection;
import io.nats.client.ConsumeOptions;
import io.nats.client.JetStream;
import io.nats.client.JetStreamManagement;
import io.nats.client.MessageConsumer;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * NATS JetStream: a queue is a work-queue stream in a file with one durable pull consumer that its
 * receivers share; a topic is an interest stream with a durable consumer for each subscription.
 * Each message is acknowledged by itself.
 */
final class NatsTarget implements Target {
  private static final Options OPTIONS =
      // The load has its own window; a bound here would block its threads.
      new Options.Builder().server("nats://127.0.0.1:34222").maxMessagesInOutgoingQueue(0).build();

  /** Messages asked for at once: twice the client's default. */
  private static final int BATCH_MAX = 1_000;

  /** Messages delivered and not acknowledged yet, of all receivers of a consumer. */
  private static final int ACKS_PENDING_MAX = 20_000;

  private final boolean synced;
  private final Connection admin;

  NatsTarget(boolean synced) throws Exception {
    this.synced = synced;
    admin = Nats.connect(OPTIONS);
  }

  @Override
  public Map<String, String> description() {
    Map<String, String> description = new LinkedHashMap<>();
    description.put("product", "NATS");
    description.put("client", Jars.nameOf(Nats.class));
    description.put(
        "confirmed",
        synced ? "after fsync (sync_interval: always)" : "written, synced every two minutes");
    description.put(RunResult.SYNCED, synced ? "yes" : "no");
    return description;
  }

  @Override
  public void declare(Traffic traffic) throws Exception {
    if (traffic.kind() == Kind.EVENTS) {
      declare(Names.TOPIC, RetentionPolicy.Interest, Names.destinations(traffic));
    } else {
      for (String queue : Names.destinations(traffic)) {
        declare(queue, RetentionPolicy.WorkQueue, List.of(queue));
      }
    }
  }

  private void declare(String stream, RetentionPolicy retention, List<String> consumers)
      throws Exception {
    JetStreamManagement management = admin.jetStreamManagement();
    management.addStream(
        StreamConfiguration.builder()
            .name(stream)
            .subjects(stream)
            .storageType(StorageType.File)
            .retentionPolicy(retention)
            .build());
    for (String consumer : consumers) {
      management.addOrUpdateConsumer(
          stream,
          ConsumerConfiguration.builder()
              .durable(consumer)
              .ackPolicy(AckPolicy.Explicit)
              .maxAckPending(ACKS_PENDING_MAX)
              .build());
    }
  }

  @Override
  public Sender sender(Traffic traffic, int producer, Confirms confirms) throws Exception {
    Connection connection = Nats.connect(OPTIONS);
    JetStream stream = connection.jetStream();
    List<String> subjects = Names.addresses(traffic);
    return new Sender() {
      // The client's own thread writes the body later.
      @Override
      public void send(long number, int destination, @Nullable String key, byte[] body) {
        var unused =
            stream
                .publishAsync(subjects.get(destination), body.clone())
                .whenComplete(
                    (confirm, e) -> {
                      if (e == null) {
                        confirms.confirmed(number);
                      } else {
                        confirms.failed(number, Failures.codeOf(e));
                      }
                    });
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
    String name = Names.destination(traffic, destination);
    String stream = traffic.kind() == Kind.EVENTS ? Names.TOPIC : name;
    Connection connection = Nats.connect(OPTIONS);
    MessageConsumer receipt =
        connection
            .getStreamContext(stream)
            .getConsumerContext(name)
            .consume(
                ConsumeOptions.builder().batchSize(Math.min(BATCH_MAX, traffic.credit())).build(),
                message -> {
                  handler.arrived(message.getData(), message.metaData().deliveredCount() > 1);
                  message.ack();
                });
    return () -> {
      receipt.stop();
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
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
