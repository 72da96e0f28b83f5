package io.parley.systemtests;

import static io.parley.systemtests.DiskCampaign.Trouble.FULL;
import static io.parley.systemtests.DiskCampaign.Trouble.NO_ROOM_FOR_TABLE_FILES;
import static io.parley.systemtests.DiskCampaign.Trouble.READ_ONLY;
import static io.parley.systemtests.DiskCampaign.Trouble.SHORT;
import static io.parley.systemtests.DiskCampaign.Trouble.SLOW;
import static io.parley.systemtests.DiskCampaign.Trouble.SYNC_FAILS;
import static io.parley.systemtests.DiskCampaign.Trouble.SYNC_FAILS_OFTEN;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.systemtests.DiskCampaign.Trouble;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Short form of {@link DiskCampaign}. */
class DiskTroubleIT {
  private static final long SEED = Long.getLong("parley.seed", System.nanoTime());

  @TempDir private Path folder;

  @Test
  void shouldRefuseWritesAndGoOnWithAllElseWhileTheDiskFails() throws Exception {
    run(
        null,
        folder,
        List.of(SYNC_FAILS_OFTEN, SYNC_FAILS, READ_ONLY, NO_ROOM_FOR_TABLE_FILES, SLOW));
  }

  @Test
  void shouldRefuseNewMessagesAndTakeSettlesWhileTheDiskIsNearlyFull() throws Exception {
    Path mountPoint = folder.resolve("disk");
    try (SmallDisk disk = SmallDisk.inMemory(mountPoint, DiskCampaign.DISK_MEBIBYTES)) {
      Assumptions.assumeTrue(disk != null, "this process may not mount a small disk");
      run(disk, mountPoint, List.of(SHORT, FULL));
    }
  }

  private void run(SmallDisk disk, Path data, List<Trouble> troubles) throws Exception {
    FaultyDisk faults = FaultyDisk.in(folder);
    Assumptions.assumeTrue(faults != null, "there is no C compiler to make a faulty disk with");
    System.out.println("again with -Dparley.seed=" + SEED);
    assertThat(DiskCampaign.run(data, faults, disk, troubles, 1, SEED)).isEmpty();
  }
}
