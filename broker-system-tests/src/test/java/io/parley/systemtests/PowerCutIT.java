package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Short form of {@link PowerCutCampaign}. */
@EnabledOnOs(OS.LINUX)
class PowerCutIT {
  private static final int CUTS = Integer.getInteger("parley.cuts", 30);
  private static final long SEED = Long.getLong("parley.seed", System.nanoTime());
  private static final Duration RECORDED = Duration.ofSeconds(3);

  @Test
  void shouldHoldAllThatWasConfirmedWhereverPowerIsLost(@TempDir Path scratch) throws Exception {
    System.out.println("again with -Dparley.seed=" + SEED + " -Dparley.cuts=" + CUTS);
    Path images = Files.createDirectory(scratch.resolve("images"));
    assertThat(PowerCutCampaign.run(scratch, images, RECORDED, CUTS, SEED)).isEmpty();
  }
}
