package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What idle things hold; {@link IdleCampaign} is the long form, with times. */
class IdleIT {
  /** What a thousand of a kind share is not little against each of them. */
  private static final double MARGIN = 1.5;

  private static final IdleCampaign.Watch SHORT = new IdleCampaign.Watch(200, 1, 300);

  /** More than metrics show by name. */
  @ParameterizedTest
  @CsvSource({"QUEUES, 3000", "INBOXES, 3000", "CONNECTIONS, 500"})
  void shouldCostLittleAndSurviveAKill(IdleCampaign.Kind kind, int many, @TempDir Path data)
      throws Exception {
    IdleCampaign.Report report = new IdleCampaign(kind, many, SHORT, data).run();
    System.out.println(report);

    assertThat(report.heapBytes()).isLessThan((long) (MARGIN * kind.heapBytesMax));
    assertThat(report.with().messages()).isPositive();
    // The busy queue and, beside it, idle ones up to the bound.
    assertThat(report.destinationsShown()).isEqualTo(Math.min(many + 1, 1_000));
  }
}
