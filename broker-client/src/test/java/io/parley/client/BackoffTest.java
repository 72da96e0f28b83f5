package io.parley.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
  @Test
  void shouldDoubleFromTheFirstToTheLastWithUpToHalfOffByChance() {
    Backoff backoff = new Backoff(new Random(1));
    int ceiling = Backoff.FIRST_MS;
    for (int i = 0; i < 20; i++) {
      assertThat(backoff.nextMs()).isBetween(ceiling / 2, ceiling);
      ceiling = Math.min(Backoff.LAST_MS, ceiling * 2);
    }
    assertThat(ceiling).isEqualTo(Backoff.LAST_MS);
  }

  @Test
  void shouldStartShortAgainAfterAGoodConnection() {
    Backoff backoff = new Backoff(new Random(1));
    for (int i = 0; i < 10; i++) {
      backoff.nextMs();
    }

    backoff.reset();

    assertThat(backoff.nextMs()).isLessThanOrEqualTo(Backoff.FIRST_MS);
  }
}
