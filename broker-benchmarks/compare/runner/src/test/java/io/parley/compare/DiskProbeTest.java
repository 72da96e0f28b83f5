package io.parley.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.compare.result.DiskResult;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskProbeTest {
  @TempDir Path folder;

  @Test
  void shouldTimeBothKindsOfWritesAndLeaveNothingBehind() throws Exception {
    DiskProbe probe = new DiskProbe(folder, 100);

    probe.measure(Duration.ofMillis(50));
    DiskResult first = probe.result();
    probe.measure(Duration.ofMillis(50));
    DiskResult both = probe.result();

    assertThat(first.bytes()).isEqualTo(100);
    assertThat(first.overwrite().count()).isPositive();
    assertThat(first.append().p50Millis()).isPositive();
    assertThat(both.overwrite().count()).isGreaterThan(first.overwrite().count());
    assertThat(both.overwrite().maxMillis()).isGreaterThanOrEqualTo(both.overwrite().p99Millis());
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void shouldRefuseASizeItHasNoRoomFor() {
    assertThat(new DiskProbe(folder, 4 << 20)).isNotNull();
    assertThatThrownBy(() -> new DiskProbe(folder, (4 << 20) + 1))
        .hasMessageContaining("4194305")
        .hasMessageContaining("4194304");
  }
}
