package io.parley.load;

import io.parley.load.broker.Kind;
import io.parley.load.broker.Receiver;
import io.parley.load.broker.Sender;
import io.parley.load.broker.Target;
import io.parley.load.broker.Traffic;
import io.parley.load.report.Latencies;
import io.parley.load.report.Missing;
import io.parley.load.report.TrafficReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One workload's traffic of one kind under way: its producers, its receivers, and the ledger of
 * what was confirmed and what arrived. Directed by one thread; notes are taken by any.
 */
final class TrafficRun {
  private final Traffic traffic;
  private final LoadClock clock;
  private final Stamp stamp;
  private final long messages;
  private final byte[] noise;
  private final String[] keys;
  private final List<SequenceSet> confirmedNumbers = new ArrayList<>();
  private final List<Arrivals.Inbox> inboxes = new ArrayList<>();
  private final LatencyRecorders confirmTimes;
  private final LatencyRecorders endToEndTimes;
  private final LatencyRecorders lateness;
  private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();
  private final LongAdder wrongAnswers = new LongAdder();
  private final List<Producer> producers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final List<Sender> senders = new ArrayList<>();
  private final List<Receiver> receivers = new ArrayList<>();
  private final AtomicReference<@Nullable Exception> failure;
  private final Timeline timeline;

  private volatile Span span = new Span(0, 0);

  /**
   * A run of this traffic.
   *
   * @param messages to send in all; {@link Long#MAX_VALUE} for as many as the span allows
   * @param failure set when it can't go on
   */
  TrafficRun(
      Traffic traffic,
      LoadClock clock,
      Stamp stamp,
      long messages,
      AtomicReference<@Nullable Exception> failure) {
    this.traffic = traffic;
    this.clock = clock;
    this.stamp = stamp;
    this.messages = messages;
    this.failure = failure;
    this.noise = Bodies.noise(traffic.sizeBytes());
    this.keys = new String[traffic.keys()];
    Arrays.setAll(keys, i -> "key-" + i);
    this.confirmTimes = new LatencyRecorders(traffic.producers());
    this.lateness = new LatencyRecorders(traffic.isPaced() ? traffic.producers() : 1);
    this.endToEndTimes = new LatencyRecorders(traffic.consumers());
    int inboxCount = traffic.kind() == Kind.EVENTS ? traffic.subscriptions() : 1;
    for (int i = 0; i < inboxCount; i++) {
      inboxes.add(new Arrivals.Inbox(traffic));
    }
    for (int i = 0; i < traffic.producers(); i++) {
      confirmedNumbers.add(new SequenceSet());
    }
    for (int i = 0; i < traffic.producers(); i++) {
      producers.add(new Producer(i, this));
    }
    this.timeline = new Timeline(this);
  }

  // ---- directing it

  /** Starts everybody's receipt. */
  void receiveFrom(Target target) throws Exception {
    int consumer = 0;
    if (traffic.kind() == Kind.EVENTS) {
      for (int inbox = 0; inbox < traffic.subscriptions(); inbox++) {
        for (int i = 0; i < traffic.consumers(); i++) {
          receive(target, consumer++, inbox);
        }
      }
      return;
    }
    // With more queues than consumers each has some for itself; else each queue has several.
    int links = Math.max(traffic.consumers(), traffic.queues());
    for (int i = 0; i < links && traffic.consumers() > 0; i++) {
      receive(target, i % traffic.consumers(), i % traffic.queues());
    }
  }

  private void receive(Target target, int consumer, int destination) throws Exception {
    Arrivals arrivals = new Arrivals(this, consumer, destination);
    receivers.add(target.receiver(traffic, consumer, destination, arrivals));
  }

  /** Connects the producers. */
  void connect(Target target) throws Exception {
    for (int i = 0; i < producers.size(); i++) {
      Producer producer = producers.get(i);
      Sender sender = target.sender(traffic, i, producer);
      senders.add(sender);
      producer.use(sender);
      threads.add(new Thread(producer, "load-producer-" + i));
    }
  }

  /**
   * Starts sending.
   *
   * @param measured when what is sent counts, and when to end; never changed afterwards
   */
  void start(Span measured) {
    span = measured;
    timeline.begin();
    threads.forEach(Thread::start);
  }

  /** Whether no producer sends any more. */
  boolean hasSentAll() {
    return threads.stream().noneMatch(Thread::isAlive);
  }

  /** Ends the producers, whatever they do, and closes their connections. */
  void closeSenders() throws InterruptedException {
    producers.forEach(Producer::stop);
    threads.forEach(Thread::interrupt);
    for (Thread thread : threads) {
      thread.join();
    }
    senders.forEach(Sender::close);
    senders.clear();
  }

  void closeReceivers() {
    receivers.forEach(Receiver::close);
    receivers.clear();
  }

  /** Gives back what the ledger doesn't need any more. */
  void fold() {
    confirmedNumbers.forEach(SequenceSet::fold);
    inboxes.forEach(Arrivals.Inbox::fold);
  }

  // ---- for its producers and receivers

  Traffic traffic() {
    return traffic;
  }

  LoadClock clock() {
    return clock;
  }

  Stamp stamp() {
    return stamp;
  }

  Span span() {
    return span;
  }

  /** What bodies are made of. */
  byte[] noise() {
    return noise;
  }

  /** The ordering key of a producer's message of this number, or null. */
  @Nullable String key(long number) {
    return keys.length == 0 ? null : keys[(int) (number / traffic.queues() % keys.length)];
  }

  /** How many messages a producer sends. */
  long messagesOfProducer(int producer) {
    if (messages == Long.MAX_VALUE) {
      return messages;
    }
    long each = messages / traffic.producers();
    return producer < messages % traffic.producers() ? each + 1 : each;
  }

  Producer producer(int index) {
    return producers.get(index);
  }

  SequenceSet confirmedNumbers(int producer) {
    return confirmedNumbers.get(producer);
  }

  Arrivals.Inbox inboxOf(int destination) {
    return inboxes.get(traffic.kind() == Kind.EVENTS ? destination : 0);
  }

  LatencyRecorders confirmTimes() {
    return confirmTimes;
  }

  LatencyRecorders endToEndTimes() {
    return endToEndTimes;
  }

  LatencyRecorders lateness() {
    return lateness;
  }

  Timeline timeline() {
    return timeline;
  }

  void countFailure(String code) {
    failures.computeIfAbsent(code, any -> new LongAdder()).increment();
  }

  void countWrongAnswer() {
    wrongAnswers.increment();
  }

  void fail(Exception reason) {
    failure.compareAndSet(null, reason);
  }

  // ---- how it stands; any thread

  long sent() {
    return producers.stream().mapToLong(Producer::sent).sum();
  }

  long confirmed() {
    return producers.stream().mapToLong(Producer::confirmed).sum();
  }

  long open() {
    return producers.stream().mapToLong(Producer::open).sum();
  }

  long unsent() {
    return producers.stream().mapToLong(Producer::unsent).sum();
  }

  long received() {
    return inboxes.stream().mapToLong(Arrivals.Inbox::received).sum();
  }

  /**
   * Confirmed copies that didn't arrive yet. May be less than what is missing while unconfirmed
   * messages arrive, never at the end.
   */
  long waiting() {
    if (traffic.kind() == Kind.QUERIES) {
      return open();
    }
    return traffic.consumers() == 0 ? 0 : Math.max(0, confirmed() * inboxes.size() - received());
  }

  /** When the first message arrived; {@link Long#MAX_VALUE} if none has. */
  long firstArrivalAt() {
    return inboxes.stream()
        .mapToLong(Arrivals.Inbox::firstAt)
        .filter(at -> at != Long.MIN_VALUE)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  /** Whether all is sent, and all that is confirmed arrived. */
  boolean isDone() {
    // What was refused may have been stored all the same: then counts don't tell, and bits do.
    return hasSentAll()
        && open() == 0
        && waiting() == 0
        && (failures.isEmpty() || missing().isEmpty());
  }

  // ---- the end

  /** What came out; once nothing moves any more. */
  TrafficReport report(Counts.Rates perSecond) {
    return new TrafficReport(
        traffic,
        perSecond.confirmed(),
        perSecond.received(),
        Latencies.of(confirmTimes.total()),
        Latencies.of(endToEndTimes.total()),
        traffic.isPaced() ? Latencies.of(lateness.total()) : null,
        sent(),
        confirmed(),
        received(),
        open(),
        unsent(),
        sum(Arrivals.Inbox::duplicates),
        sum(Arrivals.Inbox::redelivered),
        sum(Arrivals.Inbox::leftovers),
        sum(Arrivals.Inbox::outOfOrder),
        sum(Arrivals.Inbox::damaged),
        wrongAnswers.sum(),
        failures(),
        missing(),
        timeline.samples());
  }

  private long sum(ToLongFunction<Arrivals.Inbox> count) {
    return inboxes.stream().mapToLong(count).sum();
  }

  Map<String, Long> failures() {
    Map<String, Long> counts = new TreeMap<>();
    failures.forEach((code, count) -> counts.put(code, count.sum()));
    return counts;
  }

  private List<Missing> missing() {
    List<Missing> all = new ArrayList<>();
    for (int i = 0; i < inboxes.size() && isKept(); i++) {
      List<Missing.Message> examples = new ArrayList<>();
      long count = 0;
      for (int producer = 0; producer < traffic.producers(); producer++) {
        count += addMissing(producer, inboxes.get(i), examples);
      }
      if (count > 0) {
        all.add(new Missing(i, count, examples));
      }
    }
    return all;
  }

  /** Whether what is confirmed has to arrive. */
  private boolean isKept() {
    return traffic.kind() != Kind.QUERIES && traffic.consumers() > 0;
  }

  private long addMissing(int producer, Arrivals.Inbox inbox, List<Missing.Message> examples) {
    LongAdder count = new LongAdder();
    confirmedNumbers
        .get(producer)
        .forEachMissingIn(
            inbox.numbers(producer),
            number -> {
              count.increment();
              if (examples.size() < Missing.EXAMPLES_MAX) {
                examples.add(new Missing.Message(producer, number));
              }
            });
    return count.sum();
  }
}
