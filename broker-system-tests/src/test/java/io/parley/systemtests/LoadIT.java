package io.parley.systemtests;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@link LoadCampaign} does, where less of it is more than the memory there is. */
class LoadIT {
  @ParameterizedTest
  @CsvSource({"fan-out, 150", "half-frames, 150", "largest, 8"})
  void shouldKeepItsMemoryWithinBoundsAndServeOthers(String step, int many, @TempDir Path data)
      throws Exception {
    LoadCampaign.run(step, many, data, false);
  }
}
