package io.parley.engine.sequencer;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.testing.ManualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SteadyTimeTest {
  private static final long HOUR_MS = Duration.ofHours(1).toMillis();
  private static final long LOOK_MS = 200;

  private final ManualTime clock = new ManualTime();
  private final SteadyTime time = new SteadyTime(clock, clock::nanos);

  /** As the broker does: looks now and then. */
  private void pass(long ms) {
    for (long passed = 0; passed < ms; passed += LOOK_MS) {
      clock.passMs(LOOK_MS);
      time.millis();
    }
  }

  @Test
  void shouldBeTheTimeOfTheClockThatNobodySets() {
    assertThat(time.millis()).isEqualTo(clock.millis());
    pass(10_000);
    assertThat(time.millis()).isEqualTo(clock.millis());
    assertThat(time.offsetMillis()).isZero();
  }

  @Test
  void shouldPassTwiceAsFastUntilItHasFollowedAJumpForth() {
    long start = time.millis();
    clock.jumpMs(HOUR_MS);

    assertThat(time.millis()).isEqualTo(start);
    assertThat(time.offsetMillis()).isEqualTo(HOUR_MS);
    pass(10_000);
    assertThat(time.millis()).isEqualTo(start + 20_000);
    pass(HOUR_MS);
    assertThat(time.millis()).isEqualTo(clock.millis());
  }

  @Test
  void shouldPassHalfAsFastUntilItHasFollowedAJumpBack() {
    long start = time.millis();
    clock.jumpMs(-HOUR_MS);

    assertThat(time.millis()).isEqualTo(start);
    pass(10_000);
    assertThat(time.millis()).isEqualTo(start + 5_000);
    assertThat(time.offsetMillis()).isEqualTo(-HOUR_MS + 5_000);
    pass(2 * HOUR_MS);
    assertThat(time.millis()).isEqualTo(clock.millis());
  }

  @Test
  void shouldNotBeginBeforeWhatWasDoneAlready() {
    long done = clock.millis() + HOUR_MS;

    time.atLeast(done);
    time.atLeast(done - 1);

    assertThat(time.millis()).isEqualTo(done);
    pass(1_000);
    assertThat(time.millis()).as("not stuck").isEqualTo(done + 500);
  }
}
