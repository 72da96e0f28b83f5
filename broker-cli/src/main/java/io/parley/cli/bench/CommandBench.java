package io.parley.cli.bench;

import io.parley.cli.bench.BenchListener.Phase;
import io.parley.client.CommandDelivery;
import io.parley.client.CommandResult;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * Producers send commands as fast as their window allows; consumers complete them; every message is
 * counted at both ends. Used once.
 *
 * <p>The first error of a consumer's start or of a connection ends the run; refused sends are
 * counted.
 */
public final class CommandBench {
  /** Owner of the queue that is used; the queue is named like it. */
  public static final String SERVICE = "parley-bench";

  private static final String TYPE = "parley.bench.DoNothing";
  private static final long TICK_MS = 100;
  private static final long LATENCY_MAX_NANOS = TimeUnit.HOURS.toNanos(1);
  private static final int LATENCY_DIGITS = 3;

  private final BenchSettings settings;
  private final Function<String, ParleyClient> connector;
  private final BenchListener listener;
  private final long run = System.nanoTime() | 1;

  private final List<SequenceSet> confirmed = new ArrayList<>();
  private final List<SequenceSet> received = new ArrayList<>();
  private final LongAdder sentCount = new LongAdder();
  private final LongAdder confirmedCount = new LongAdder();
  private final LongAdder confirmedMeasured = new LongAdder();
  private final LongAdder receivedCount = new LongAdder();
  private final LongAdder receivedMeasured = new LongAdder();
  private final LongAdder duplicates = new LongAdder();
  private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();
  private final Recorder confirmTimes = new Recorder(LATENCY_MAX_NANOS, LATENCY_DIGITS);
  private final Recorder endToEndTimes = new Recorder(LATENCY_MAX_NANOS, LATENCY_DIGITS);

  private volatile boolean sending = true;
  private volatile boolean measuring;
  private volatile @Nullable RuntimeException failure;

  /**
   * A run.
   *
   * @param connector a new client acting as the service named; empty for none
   */
  public CommandBench(
      BenchSettings settings, Function<String, ParleyClient> connector, BenchListener listener) {
    this.settings = settings;
    this.connector = connector;
    this.listener = listener;
    for (int i = 0; i < settings.producers(); i++) {
      confirmed.add(new SequenceSet());
      received.add(new SequenceSet());
    }
  }

  /**
   * Runs it.
   *
   * @throws InterruptedException if the calling thread is interrupted; everything is closed then
   */
  public BenchReport run() throws InterruptedException {
    List<ParleyClient> clients = new ArrayList<>();
    List<Thread> producers = new ArrayList<>();
    try {
      for (int i = 0; i < settings.consumers(); i++) {
        ParleyClient client = connector.apply(SERVICE);
        clients.add(client);
        client
            .commandConsumer()
            .types(TYPE)
            .credit(settings.credit())
            .manual(this::arrived)
            .start();
      }
      for (int i = 0; i < settings.producers(); i++) {
        ParleyClient client = connector.apply("");
        clients.add(client);
        producers.add(producer(client, i));
      }
      producers.forEach(Thread::start);
      watch(Phase.WARMUP, settings.warmup());
      long from = System.nanoTime();
      measuring = true;
      watch(Phase.MEASURE, settings.duration());
      measuring = false;
      final long measuredNanos = System.nanoTime() - from;
      sending = false;
      for (Thread producer : producers) {
        producer.join();
      }
      drain();
      rethrow();
      return report(measuredNanos);
    } finally {
      sending = false;
      producers.forEach(Thread::interrupt);
      clients.forEach(ParleyClient::close);
    }
  }

  private Thread producer(ParleyClient client, int index) {
    return new Thread(
        () -> {
          try {
            produce(client, index);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } catch (RuntimeException e) {
            failure = e;
          }
        },
        "bench-producer-" + index);
  }

  private void produce(ParleyClient client, int index) throws InterruptedException {
    Semaphore window = new Semaphore(settings.window());
    for (long number = 0; sending; number++) {
      window.acquire();
      Stamp stamp = new Stamp(run, index, number, System.nanoTime(), measuring);
      byte[] body = new byte[settings.sizeBytes()];
      stamp.writeTo(body);
      sentCount.increment();
      client
          .sendAsync(OutgoingMessage.of(TYPE, new Payload(null, body)))
          .whenComplete(
              (id, refused) -> {
                if (refused == null) {
                  confirmed(stamp);
                } else {
                  failures.computeIfAbsent(codeOf(refused), any -> new LongAdder()).increment();
                }
                window.release();
              });
    }
    window.acquire(settings.window());
  }

  private void confirmed(Stamp stamp) {
    confirmed.get(stamp.producer()).add(stamp.number());
    confirmedCount.increment();
    if (stamp.measured()) {
      confirmedMeasured.increment();
      confirmTimes.recordValue(elapsed(stamp));
    }
  }

  private void arrived(CommandDelivery delivery) {
    Stamp stamp = Stamp.of(delivery.payload().bytes());
    if (stamp.run() == run) {
      if (received.get(stamp.producer()).add(stamp.number())) {
        receivedCount.increment();
        if (measuring) {
          receivedMeasured.increment();
        }
        if (stamp.measured()) {
          endToEndTimes.recordValue(elapsed(stamp));
        }
      } else {
        duplicates.increment();
      }
    }
    delivery.settle(CommandResult.complete());
  }

  private static long elapsed(Stamp stamp) {
    return Math.min(LATENCY_MAX_NANOS, Math.max(0, System.nanoTime() - stamp.sentAtNanos()));
  }

  private static String codeOf(Throwable refused) {
    Throwable cause =
        refused instanceof CompletionException e && e.getCause() != null ? e.getCause() : refused;
    return cause instanceof ParleyException e ? e.code().name() : cause.getClass().getSimpleName();
  }

  /** Lets a phase last, telling the listener how it goes. */
  private void watch(Phase phase, Duration lasting) throws InterruptedException {
    long end = System.nanoTime() + lasting.toNanos();
    RateWindow rates = new RateWindow();
    for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      rethrow();
      rates.tell(phase, left);
      TimeUnit.NANOSECONDS.sleep(Math.min(left, TimeUnit.MILLISECONDS.toNanos(TICK_MS)));
    }
  }

  /** Waits until all that is confirmed arrived, or nothing came for long enough. */
  private void drain() throws InterruptedException {
    RateWindow rates = new RateWindow();
    long last = receivedCount.sum();
    long quietSince = System.nanoTime();
    while (settings.consumers() > 0
        && waiting() > 0
        && System.nanoTime() - quietSince < settings.drain().toNanos()) {
      rethrow();
      rates.tell(Phase.DRAIN, 0);
      TimeUnit.MILLISECONDS.sleep(TICK_MS);
      long now = receivedCount.sum();
      if (now != last) {
        last = now;
        quietSince = System.nanoTime();
      }
    }
  }

  private void rethrow() {
    RuntimeException known = failure;
    if (known != null) {
      throw known;
    }
  }

  /** May be less than what is missing while unconfirmed messages arrive, never at the end. */
  private long waiting() {
    return Math.max(0, confirmedCount.sum() - receivedCount.sum());
  }

  private BenchReport report(long measuredNanos) {
    long missing = 0;
    if (settings.consumers() > 0) {
      for (int i = 0; i < settings.producers(); i++) {
        missing += confirmed.get(i).countMissingIn(received.get(i));
      }
    }
    Map<String, Long> failed = new TreeMap<>();
    failures.forEach((code, count) -> failed.put(code, count.sum()));
    Histogram confirms = confirmTimes.getIntervalHistogram();
    Histogram endToEnd = endToEndTimes.getIntervalHistogram();
    return new BenchReport(
        settings,
        measuredNanos,
        confirmedMeasured.sum(),
        receivedMeasured.sum(),
        Latencies.of(confirms),
        Latencies.of(endToEnd),
        sentCount.sum(),
        confirmedCount.sum(),
        receivedCount.sum(),
        duplicates.sum(),
        missing,
        failed);
  }

  /** Rates over the last second or so. */
  private final class RateWindow {
    private long atNanos = System.nanoTime();
    private long confirmedThen = confirmedCount.sum();
    private long receivedThen = receivedCount.sum();
    private double confirmedRate;
    private double receivedRate;

    void tell(Phase phase, long left) {
      long now = System.nanoTime();
      long passed = now - atNanos;
      if (passed >= TimeUnit.SECONDS.toNanos(1)) {
        long confirmedNow = confirmedCount.sum();
        long receivedNow = receivedCount.sum();
        confirmedRate = (confirmedNow - confirmedThen) * 1e9 / passed;
        receivedRate = (receivedNow - receivedThen) * 1e9 / passed;
        confirmedThen = confirmedNow;
        receivedThen = receivedNow;
        atNanos = now;
      }
      listener.progress(phase, left, confirmedRate, receivedRate, waiting());
    }
  }
}
