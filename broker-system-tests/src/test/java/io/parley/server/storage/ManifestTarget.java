package io.parley.server.storage;

import io.parley.systemtests.fuzz.FuzzTarget;
import io.parley.systemtests.fuzz.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** RocksDB's manifest, and a chunk's place in the journal. */
public final class ManifestTarget implements FuzzTarget {
  private final Path directory;
  private final Path file;

  public ManifestTarget() throws IOException {
    directory = Scratch.directory();
    file = directory.resolve("MANIFEST-000001");
  }

  @Override
  public List<byte[]> seeds() throws Exception {
    DataDirectory data = DataDirectory.open(directory.resolve("data"));
    RocksDbStore.open(data, "default", StorageSettings.DEFAULTS).close();
    data.close();
    List<byte[]> seeds = new ArrayList<>();
    try (var files = Files.list(directory.resolve("data/namespaces/default"))) {
      for (Path found : files.toList()) {
        if (found.getFileName().toString().startsWith("MANIFEST")) {
          seeds.add(Files.readAllBytes(found));
        }
      }
    }
    seeds.add(new ChunkLocation(1, 4096, 100, 7).encode());
    return seeds;
  }

  @Override
  public void run(byte[] input) throws IOException {
    Files.write(file, input);
    try {
      RecordFile.read(file);
    } catch (DamagedFileException e) {
      requireNamed(e, file);
    }
    try {
      if (!java.util.Arrays.equals(ChunkLocation.decode(directory, input).encode(), input)) {
        throw new AssertionError("another location than was read");
      }
    } catch (DamagedFileException e) {
      requireNamed(e, directory);
    }
  }

  private static void requireNamed(DamagedFileException refusal, Path named) {
    if (!refusal.getMessage().startsWith(named.toString())) {
      throw new AssertionError("refused without naming " + named, refusal);
    }
  }
}
