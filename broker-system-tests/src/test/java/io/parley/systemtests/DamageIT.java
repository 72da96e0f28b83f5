package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Short form of {@link DamageCampaign}. */
class DamageIT {
  private static final int DAMAGES = Integer.getInteger("parley.damages", 100);
  private static final long SEED = Long.getLong("parley.seed", System.nanoTime());
  private static final Duration LOAD = Duration.ofSeconds(2);

  @Test
  void shouldHoldAllOrNameTheFileWhateverIsDamaged(@TempDir Path scratch) throws Exception {
    System.out.println("again with -Dparley.seed=" + SEED + " -Dparley.damages=" + DAMAGES);
    Path images = Files.createDirectory(scratch.resolve("images"));
    assertThat(DamageCampaign.run(scratch, images, LOAD, DAMAGES, SEED, DamageCampaign.LEFT))
        .isEmpty();
  }
}
