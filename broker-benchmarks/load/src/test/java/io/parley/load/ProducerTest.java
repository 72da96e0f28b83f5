package io.parley.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.load.broker.Confirms;
import io.parley.load.broker.Kind;
import io.parley.load.broker.Sender;
import io.parley.load.broker.Traffic;
import io.parley.load.report.Latencies;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a producer times, by a clock that moves only when it is told to. */
class ProducerTest {
  private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

  private final ManualClock clock = new ManualClock();
  private final AtomicReference<Exception> failure = new AtomicReference<>();

  private static final class ManualClock implements LoadClock {
    private long nanos;

    @Override
    public long nanos() {
      return nanos;
    }

    @Override
    public void awaitUntil(long time) {
      nanos = Math.max(nanos, time);
    }
  }

  /** Confirms each message after a tenth of a millisecond; the tenth takes 50 ms to be sent. */
  private final class StallingSender implements Sender {
    private final Confirms confirms;
    private final List<Long> sentAt = new ArrayList<>();

    StallingSender(Confirms confirms) {
      this.confirms = confirms;
    }

    @Override
    public void send(long number, int destination, @Nullable String key, byte[] body) {
      sentAt.add(clock.nanos);
      clock.nanos += number == 10 ? 50 * MS : MS / 10;
      confirms.confirmed(number);
    }

    @Override
    public void close() {}
  }

  @Test
  void shouldTimeFromTheIntendedMomentAtAFixedRate() {
    TrafficRun run = run(traffic(1_000));
    StallingSender sender = produce(run, new Span(0, 100 * MS));

    Histogram times = run.confirmTimes().total();
    assertThat(run.failures()).isEmpty();
    assertThat(sender.sentAt).hasSize(100);
    assertThat(sender.sentAt.get(9)).isEqualTo(9 * MS);
    assertThat(sender.sentAt.get(11)).as("at once after the stall").isEqualTo(60 * MS);
    // The stall delays number 10 by 50 ms, number 11 by 49.1 ms, and so on until it is made up for.
    assertThat(times.getTotalCount()).isEqualTo(100);
    assertThat(times.getMaxValue()).isBetween(50 * MS, 51 * MS);
    assertThat(times.getCountBetweenValues(10 * MS, 51 * MS)).isBetween(44L, 46L);
    assertThat(Latencies.of(run.lateness().total()).max()).isBetween(48 * MS, 50 * MS);
  }

  @Test
  void shouldTimeFromSendingWhereTheNextMessageWaitsForRoom() {
    TrafficRun run = run(traffic(0));
    produce(run, new Span(0, 100 * MS));

    Histogram times = run.confirmTimes().total();
    assertThat(times.getMaxValue()).isBetween(50 * MS, 51 * MS);
    assertThat(times.getCountBetweenValues(10 * MS, 51 * MS)).isEqualTo(1);
  }

  @Test
  void shouldLeaveOutWhatWasNotMeantToGoOutInTheMeasuredTime() {
    TrafficRun run = run(traffic(1_000));
    StallingSender sender = produce(run, new Span(80 * MS, 100 * MS));

    assertThat(sender.sentAt).hasSize(100);
    assertThat(run.confirmTimes().total().getTotalCount()).isEqualTo(20);
    assertThat(run.confirmed()).isEqualTo(100);
  }

  @Test
  void shouldSayWhatWasDueWhenTheBrokerCannotKeepUp() {
    TrafficRun run = run(traffic(1_000_000));
    StallingSender sender = produce(run, new Span(0, 1_000 * MS));

    // A tenth of a millisecond for each: 10,000 a second, and ten seconds more to make up for it.
    assertThat(sender.sentAt).hasSizeBetween(109_000, 110_000);
    assertThat(run.unsent() + run.sent()).isBetween(999_999L, 1_000_001L);
  }

  @Test
  void shouldNeverHaveMoreUnconfirmedThanTheWindow() {
    TrafficRun run = run(new Traffic(Kind.COMMANDS, 1, 8, 0, 100, 1, 1, 1, 1, 0, 0, 0));
    List<Long> open = new ArrayList<>();
    Producer[] producer = new Producer[1];
    producer[0] = new Producer(0, run);
    producer[0].use(
        new Sender() {
          private long confirmed;

          @Override
          public void send(long number, int destination, @Nullable String key, byte[] body) {
            open.add(producer[0].open());
            clock.nanos += MS;
          }

          @Override
          public void flush() {
            // Called before waiting for room: then everything is confirmed, the last first.
            for (long last = producer[0].sent() - 1; last >= confirmed; last--) {
              producer[0].confirmed(last);
            }
            confirmed = producer[0].sent();
          }

          @Override
          public void close() {}
        });
    run.start(new Span(0, 100 * MS));
    producer[0].run();

    assertThat(open).hasSize(100);
    assertThat(open.stream().mapToLong(Long::longValue).max()).hasValue(8);
  }

  private TrafficRun run(Traffic traffic) {
    return new TrafficRun(traffic, clock, new Stamp(1), Long.MAX_VALUE, failure);
  }

  private static Traffic traffic(double perSecond) {
    return new Traffic(Kind.COMMANDS, 1, 65_536, perSecond, 100, 1, 1, 1, 1, 0, 0, 0);
  }

  private StallingSender produce(TrafficRun run, Span span) {
    Producer producer = run.producer(0);
    StallingSender sender = new StallingSender(producer);
    producer.use(sender);
    run.start(span);
    producer.run();
    assertThat(failure.get()).isNull();
    return sender;
  }
}
