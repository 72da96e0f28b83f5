package io.parley.engine.destination;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestNamespace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AttendanceTest {
  private static final int LEASE_MS = 10_000;
  private static final Duration TICK = Duration.ofMillis(1_001);
  private static final Duration NOTED_EVERY = Duration.ofMillis(Attendance.NOTED_EVERY_MS);

  private final TestNamespace namespace = new TestNamespace();
  private int queue;

  @BeforeEach
  void makeQueue() {
    queue = namespace.claim("cart", "cart.Add");
  }

  @Test
  void shouldKnowAfterARestartWhenTheLastConsumerLeft() {
    TestConsumer consumer = namespace.consume(queue, 1, LEASE_MS);
    namespace.pass(Duration.ofMinutes(5));
    consumer.disconnect();
    long left = namespace.nowMs();
    namespace.pass(TICK);
    namespace.pass(Duration.ofDays(3));

    namespace.restart();

    assertThat(lastSeenMs()).isEqualTo(left);
  }

  @Test
  void shouldKnowToAQuarterOfAnHourAfterACrashWithConsumersWhenTheyWereHere() {
    namespace.consume(queue, 1, LEASE_MS);
    namespace.pass(TICK);
    namespace.pass(NOTED_EVERY.minus(TICK).minus(TICK));
    namespace.restart();
    assertThat(lastSeenMs()).as("noted when it came").isBetween(1L, namespace.nowMs() - 800_000);

    namespace.consume(queue, 1, LEASE_MS);
    namespace.pass(TICK);
    for (int quarter = 0; quarter < 8; quarter++) {
      namespace.pass(NOTED_EVERY);
    }
    long crashed = namespace.nowMs();
    namespace.restart();

    assertThat(lastSeenMs()).isBetween(crashed - Attendance.NOTED_EVERY_MS, crashed);
  }

  @Test
  void shouldNoteASeenDestinationOnceInAQuarterOfAnHour() {
    namespace.consume(queue, 1, LEASE_MS);
    namespace.pass(TICK);
    long noted = namespace.position();

    for (int second = 0; second < 100; second++) {
      namespace.consume(queue, 1, LEASE_MS).disconnect(); // never the first, nor the last
      namespace.pass(TICK);
    }
    assertThat(namespace.position()).isEqualTo(noted);

    namespace.pass(NOTED_EVERY);
    assertThat(namespace.position()).isEqualTo(noted + 1);
  }

  @Test
  void shouldNoteManyInSeveralGroups() {
    List<Integer> queues = new ArrayList<>();
    for (int i = 0; i < 1_500; i++) {
      queues.add(namespace.claim("cart" + i, "cart.Add" + i));
    }
    queues.forEach(each -> namespace.consume(each, 1, LEASE_MS));
    long before = namespace.position();

    namespace.pass(TICK);
    assertThat(namespace.position()).isEqualTo(before + 1);
    namespace.pass(TICK);
    assertThat(namespace.position()).isEqualTo(before + 2);
    namespace.restart();

    assertThat(queues)
        .allSatisfy(each -> assertThat(namespace.destination(each).lastSeenMs()).isPositive());
  }

  private long lastSeenMs() {
    return namespace.destination(queue).lastSeenMs();
  }
}
