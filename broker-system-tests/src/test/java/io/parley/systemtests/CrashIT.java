package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Short form of {@link CrashCampaign}. */
class CrashIT {
  private static final int KILLS = Integer.getInteger("parley.kills", 7);
  private static final long SEED = Long.getLong("parley.seed", System.nanoTime());

  @Test
  void shouldKeepAllRulesThoughTheBrokerIsKilledAgainAndAgain(@TempDir Path data) throws Exception {
    System.out.println("again with -Dparley.seed=" + SEED + " -Dparley.kills=" + KILLS);
    assertThat(CrashCampaign.run(data.resolve("broker"), KILLS, SEED)).isEmpty();
  }
}
