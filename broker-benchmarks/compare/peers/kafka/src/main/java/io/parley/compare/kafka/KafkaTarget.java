package io.parley.compare.kafka;

import io.parley.compare.Failures;
import io.parley.compare.Jars;
import io.parley.compare.Names;
import io.parley.compare.PollingReceiver;
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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ShareGroupDescription;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Kafka: a topic for each queue, read by a group of its name; or one topic, read by a group for
 * each subscription. Groups are classic ones, or share groups with explicit acknowledgement.
 *
 * <p>With {@code fsync} an append is synced to the disk before it is acknowledged
 * (flush.messages=1); what groups have read is not, in either case.
 */
final class KafkaTarget implements Target {
  private static final String SERVER = "127.0.0.1:29092";

  /**
   * Two for the usual two consumers: more partitions would mean more syncs of fewer messages each.
   */
  private static final int PARTITIONS_MIN = 2;

  private static final Duration POLL = Duration.ofMillis(200);

  /**
   * A batch is what is synced at once, so it has to hold a few hundred messages: with 64 KiB at
   * messages of 1 KiB the synced rate was a fifth. Not more, so that a producer's window fills
   * several.
   */
  private static final int BATCH_BYTES_MIN = 64 << 10;

  private static final int BATCH_MESSAGES = 256;

  /** Time to fill a batch; no longer worth it than it takes to sync one. */
  private static final int LINGER_MS = 5;

  private static final long JOIN_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long JOIN_CHECK_MS = 50;

  private final boolean share;
  private final boolean fsync;

  /** How many consumers each group should have. */
  private final Map<String, Integer> members = new HashMap<>();

  KafkaTarget(boolean share, boolean fsync) {
    this.share = share;
    this.fsync = fsync;
  }

  @Override
  public Map<String, String> description() {
    Map<String, String> description = new LinkedHashMap<>();
    description.put("product", "Kafka");
    description.put("client", Jars.nameOf(KafkaProducer.class));
    description.put("group", share ? "share group, explicit acknowledgement" : "classic");
    description.put(
        "confirmed",
        fsync ? "acks=all, after fsync (flush.messages=1)" : "acks=all, in the page cache");
    description.put(RunResult.SYNCED, fsync ? "yes" : "no");
    return description;
  }

  /** Keys: each has its partition, and a partition its one consumer; only with classic groups. */
  @Override
  public boolean supports(Traffic traffic) {
    return traffic.kind() != Kind.QUERIES && (traffic.keys() == 0 || !share);
  }

  @Override
  public void declare(Traffic traffic) throws Exception {
    try (Admin admin = Admin.create(common())) {
      int partitions = Math.max(PARTITIONS_MIN, traffic.consumers());
      Map<String, String> settings =
          fsync ? Map.of(TopicConfig.FLUSH_MESSAGES_INTERVAL_CONFIG, "1") : Map.of();
      for (String topic : Names.addresses(traffic)) {
        create(admin, new NewTopic(topic, partitions, (short) 1).configs(settings));
      }
      if (share) {
        for (String group : Names.destinations(traffic)) {
          readFromTheStart(admin, group);
        }
      }
    }
  }

  private static void create(Admin admin, NewTopic topic) throws Exception {
    try {
      admin.createTopics(List.of(topic)).all().get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }

  private static void readFromTheStart(Admin admin, String group) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.GROUP, group);
    AlterConfigOp earliest =
        new AlterConfigOp(
            new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET);
    admin.incrementalAlterConfigs(Map.of(resource, List.of(earliest))).all().get();
  }

  @Override
  public Sender sender(Traffic traffic, int producer, Confirms confirms) throws Exception {
    awaitMembers();
    Map<String, Object> settings = common();
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.LINGER_MS_CONFIG, lingerMillis(traffic));
    settings.put(
        ProducerConfig.BATCH_SIZE_CONFIG,
        Math.max(BATCH_BYTES_MIN, BATCH_MESSAGES * traffic.sizeBytes()));
    KafkaProducer<byte[], byte[]> client =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    List<String> topics = Names.addresses(traffic);
    return new Sender() {
      // The client copies the body into its batch before its method returns.
      @Override
      public void send(long number, int destination, @Nullable String key, byte[] body) {
        byte[] keyBytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
        var unused =
            client.send(
                new ProducerRecord<>(topics.get(destination), keyBytes, body),
                (metadata, e) -> {
                  if (e == null) {
                    confirms.confirmed(number);
                  } else {
                    confirms.failed(number, Failures.codeOf(e));
                  }
                });
      }

      @Override
      public void close() {
        client.close();
      }
    };
  }

  /**
   * None where it only delays. At a fixed rate, with every append synced, it helps: p50 of
   * commands-paced was 9 ms instead of 15 to 29, as fewer appends wait for the disk.
   */
  private int lingerMillis(Traffic traffic) {
    boolean worthIt = !traffic.isLatencyBound() || (traffic.isPaced() && fsync);
    return worthIt ? LINGER_MS : 0;
  }

  @Override
  public Receiver receiver(Traffic traffic, int consumer, int destination, Handler handler) {
    String group = Names.destination(traffic, destination);
    String topic = traffic.kind() == Kind.EVENTS ? Names.TOPIC : group;
    members.merge(group, 1, Integer::sum);
    Map<String, Object> settings = common();
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    return share
        ? new ShareReceiver(settings, topic, handler).start()
        : new GroupReceiver(settings, topic, handler).start();
  }

  /**
   * Waits until all consumers have joined their groups: share groups take seconds for it, and what
   * is sent meanwhile would be a backlog that others don't have.
   */
  private void awaitMembers() throws Exception {
    if (members.isEmpty()) {
      return;
    }
    long begin = System.nanoTime();
    try (Admin admin = Admin.create(common())) {
      while (!haveJoined(admin)) {
        if (System.nanoTime() - begin > JOIN_LIMIT_NANOS) {
          throw new IllegalStateException("groups: not all of " + members + " joined within 60 s");
        }
        Thread.sleep(JOIN_CHECK_MS);
      }
    }
    members.clear();
  }

  private boolean haveJoined(Admin admin) throws Exception {
    try {
      return share ? haveJoinedShareGroups(admin) : haveJoinedClassicGroups(admin);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GroupIdNotFoundException) {
        return false;
      }
      throw e;
    }
  }

  private boolean haveJoinedShareGroups(Admin admin) throws Exception {
    for (ShareGroupDescription group :
        admin.describeShareGroups(members.keySet()).all().get().values()) {
      long assigned =
          group.members().stream()
              .filter(member -> !member.assignment().topicPartitions().isEmpty())
              .count();
      if (assigned < members.getOrDefault(group.groupId(), 0)) {
        return false;
      }
    }
    return true;
  }

  private boolean haveJoinedClassicGroups(Admin admin) throws Exception {
    for (ConsumerGroupDescription group :
        admin.describeConsumerGroups(members.keySet()).all().get().values()) {
      if (group.groupState() != GroupState.STABLE
          || group.members().size() < members.getOrDefault(group.groupId(), 0)) {
        return false;
      }
    }
    return true;
  }

  private static Map<String, Object> common() {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, SERVER);
    return settings;
  }

  @Override
  public void close() {}

  /** A member of a classic group; commits how far it has read after each poll. */
  private static final class GroupReceiver extends PollingReceiver {
    private final Map<String, Object> settings;
    private final String topic;
    private final Handler handler;

    GroupReceiver(Map<String, Object> settings, String topic, Handler handler) {
      super("kafka-group-consumer");
      this.settings = settings;
      this.topic = topic;
      this.handler = handler;
      settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
      settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    }

    @Override
    protected void receive() {
      try (KafkaConsumer<byte[], byte[]> consumer =
          new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
        consumer.subscribe(Set.of(topic));
        while (!isClosed()) {
          boolean any = false;
          for (ConsumerRecord<byte[], byte[]> message : consumer.poll(POLL)) {
            handler.arrived(message.value(), false);
            any = true;
          }
          if (any) {
            consumer.commitAsync();
          }
        }
        consumer.commitSync();
      }
    }
  }

  /** A member of a share group; acknowledges each message. */
  private static final class ShareReceiver extends PollingReceiver {
    private final Map<String, Object> settings;
    private final String topic;
    private final Handler handler;

    ShareReceiver(Map<String, Object> settings, String topic, Handler handler) {
      super("kafka-share-consumer");
      this.settings = settings;
      this.topic = topic;
      this.handler = handler;
      settings.put(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit");
    }

    @Override
    protected void receive() {
      try (KafkaShareConsumer<byte[], byte[]> consumer =
          new KafkaShareConsumer<>(
              settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
        consumer.subscribe(Set.of(topic));
        while (!isClosed()) {
          boolean any = false;
          for (ConsumerRecord<byte[], byte[]> message : consumer.poll(POLL)) {
            handler.arrived(
                message.value(), message.deliveryCount().filter(count -> count > 1).isPresent());
            consumer.acknowledge(message, AcknowledgeType.ACCEPT);
            any = true;
          }
          if (any) {
            consumer.commitAsync();
          }
        }
        consumer.commitSync();
      }
    }
  }
}
