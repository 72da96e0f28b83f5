package io.parley.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.model.MessageId;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MessageIdSourceTest {
  private static final Instant NOW = Instant.parse("2010-12-01T08:26:00.123Z");

  @Test
  void shouldMakeUuidsOfVersionSevenWithTheTime() {
    MessageId id = new MessageIdSource(InstantSource.fixed(NOW), new SecureRandom()).next();

    UUID uuid = new UUID(id.high(), id.low());
    assertThat(uuid.version()).isEqualTo(7);
    assertThat(uuid.variant()).isEqualTo(2);
    assertThat(id.high() >>> 16).isEqualTo(NOW.toEpochMilli());
  }

  @Test
  void shouldGrowEvenWhenTheClockStandsStillOrGoesBack() {
    long[] millis = {NOW.toEpochMilli()};
    MessageIdSource ids =
        new MessageIdSource(() -> Instant.ofEpochMilli(millis[0]), new SecureRandom());

    MessageId before = ids.next();
    for (int i = 0; i < 10_000; i++) {
      millis[0] -= i % 100;
      MessageId id = ids.next();
      assertThat(id).isGreaterThan(before);
      before = id;
    }
  }

  @Test
  void shouldNotRepeatAcrossThreads() {
    MessageIdSource ids = new MessageIdSource(InstantSource.fixed(NOW), new SecureRandom());

    List<CompletableFuture<List<MessageId>>> threads =
        IntStream.range(0, 4)
            .mapToObj(
                thread ->
                    CompletableFuture.supplyAsync(
                        () -> IntStream.range(0, 5_000).mapToObj(i -> ids.next()).toList()))
            .toList();

    Set<MessageId> all = new HashSet<>();
    threads.forEach(thread -> all.addAll(thread.join()));
    assertThat(all).hasSize(20_000);
  }

  @Test
  void shouldNotBeGuessableFromTheTimeAlone() {
    MessageId one = new MessageIdSource(InstantSource.fixed(NOW), new SecureRandom()).next();
    MessageId other = new MessageIdSource(InstantSource.fixed(NOW), new SecureRandom()).next();

    assertThat(one.high()).isEqualTo(other.high());
    assertThat(one.low()).isNotEqualTo(other.low());
  }
}
