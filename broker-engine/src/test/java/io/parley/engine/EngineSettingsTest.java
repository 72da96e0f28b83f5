package io.parley.engine;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class EngineSettingsTest {
  private static final EngineSettings OK = EngineSettings.DEFAULTS;

  @Test
  void shouldRefuseLeaseOutsideItsBounds() {
    assertThatThrownBy(() -> withLease(Duration.ofMillis(999)))
        .hasMessage("lease: PT0.999S (expected: PT1S to PT12H)");
    assertThatThrownBy(() -> withLease(Duration.ofHours(12).plusMillis(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldRefuseBackOffThatEndsBeforeItBegins() {
    assertThatThrownBy(
            () ->
                new EngineSettings(
                    OK.lease(),
                    OK.maxAttempts(),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(1),
                    OK.outageAfter(),
                    false,
                    OK.outcomeRetention(),
                    OK.dedupWindow(),
                    OK.quota(),
                    OK.namespaceBytes(),
                    OK.retention(),
                    OK.groupBytes()))
        .hasMessage("back-off max: PT1S (expected: PT2S to PT720H)");
  }

  @Test
  void shouldRefuseGroupsTooSmallToBeWorthAWrite() {
    assertThatThrownBy(
            () ->
                new EngineSettings(
                    OK.lease(),
                    OK.maxAttempts(),
                    OK.backOffMin(),
                    OK.backOffMax(),
                    OK.outageAfter(),
                    false,
                    OK.outcomeRetention(),
                    OK.dedupWindow(),
                    OK.quota(),
                    OK.namespaceBytes(),
                    OK.retention(),
                    4095))
        .hasMessage("group bytes: 4095 (expected: 4096 to 67108864)");
  }

  private static EngineSettings withLease(Duration lease) {
    return new EngineSettings(
        lease,
        OK.maxAttempts(),
        OK.backOffMin(),
        OK.backOffMax(),
        OK.outageAfter(),
        false,
        OK.outcomeRetention(),
        OK.dedupWindow(),
        OK.quota(),
        OK.namespaceBytes(),
        OK.retention(),
        OK.groupBytes());
  }
}
