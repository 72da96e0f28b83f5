package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backlog larger than the memory; {@link BacklogCampaign} is the long form. */
class BacklogIT {
  private static final int MESSAGES = 300_000;
  private static final int BODY_BYTES = 1_000;
  private static final int HEAP_MIB = 192;
  private static final long MIB = 1024 * 1024;

  @Test
  void shouldTakeAndDrainBacklogLargerThanItsMemory(@TempDir Path data) throws Exception {
    BacklogCampaign.Report report = new BacklogCampaign(MESSAGES, BODY_BYTES, HEAP_MIB, data).run();
    System.out.println(report);

    assertThat((long) MESSAGES * BODY_BYTES).isGreaterThan(HEAP_MIB * MIB);
    // Outside the heap: the store's cache and buffers, network buffers, code.
    assertThat(report.maxRss()).isLessThan((HEAP_MIB + 384) * MIB);
    assertThat(report.restart()).isLessThan(Duration.ofSeconds(20));
  }
}
