package io.parley.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksDbStoreCrashTest {
  private static final int ROUNDS = 4;
  private static final int CHUNK_BYTES_MAX = 200_000;

  @TempDir Path directory;

  @Test
  void shouldHoldEverythingConfirmedWhenProcessIsKilled() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    long confirmed = 0;
    for (int round = 1; round <= ROUNDS; round++) {
      try (ChildProcess child = ChildProcess.start(WriteUntilKilled.class, directory.toString())) {
        for (int more = 50 + random.nextInt(400); more > 0; more--) {
          confirmed = child.readLong();
        }
        confirmed = child.killAndReadLast(confirmed);
      }
      try (DataDirectory data = DataDirectory.open(directory);
          RocksDbStore store = RocksDbStore.open(data, "default", StoreSamples.SMALL)) {
        assertThat(StoreSamples.last(store))
            .as("last transaction there, round %d of seed %d", round, seed)
            .isBetween(confirmed, confirmed + 1);
        StoreSamples.assertWhole(store, CHUNK_BYTES_MAX);
      }
    }
  }

  /** Commits numbered transactions, going on after the last one there, and tells each number. */
  static final class WriteUntilKilled {
    public static void main(String[] args) throws IOException {
      try (DataDirectory data = DataDirectory.open(Path.of(args[0]));
          RocksDbStore store = RocksDbStore.open(data, "default", StoreSamples.SMALL)) {
        for (long number = StoreSamples.last(store) + 1; number > 0; number++) {
          StoreSamples.commit(store, number, CHUNK_BYTES_MAX);
          ChildProcess.tellParent(number);
        }
      }
    }
  }

  @Test
  void shouldRefuseCommitsWhileDiskRefusesAndGoOnAfterReopen() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "needs prlimit");
    // A limit on the size of files stands for a full disk.
    long last;
    try (ChildProcess child =
        ChildProcess.start(
            List.of("prlimit", "--fsize=6000000:unlimited"),
            WriteThroughFullDisk.class,
            directory.toString())) {
      long confirmed = 0;
      long told = child.readLong();
      while (told > 0) {
        confirmed = told;
        told = child.readLong();
      }
      assertThat(-told).as("first one refused").isEqualTo(confirmed + 1);

      limitFileSize(child, "1000:unlimited");
      child.letGoOn();
      assertThat(child.readLong()).as("commit and reopen refused").isEqualTo(2);

      limitFileSize(child, "unlimited:unlimited");
      child.letGoOn();
      last = child.readLong();
      assertThat(last).isBetween(confirmed + 100, confirmed + 101);
    }
    try (DataDirectory data = DataDirectory.open(directory);
        RocksDbStore store = RocksDbStore.open(data, "default", StoreSamples.SMALL)) {
      assertThat(StoreSamples.last(store)).isEqualTo(last);
      StoreSamples.assertWhole(store, CHUNK_BYTES_MAX);
    }
  }

  private static void limitFileSize(ChildProcess child, String limit) throws Exception {
    Process prlimit =
        new ProcessBuilder("prlimit", "--pid=" + child.pid(), "--fsize=" + limit)
            .inheritIO()
            .start();
    assertThat(prlimit.waitFor()).isZero();
  }

  /**
   * Commits numbered transactions and tells each number; when one fails, its negative; then, the
   * disk being full, how many of commit and reopen are refused; then, the disk taking writes again,
   * the number of the last of a hundred more.
   */
  static final class WriteThroughFullDisk {
    public static void main(String[] args) throws IOException {
      try (DataDirectory data = DataDirectory.open(Path.of(args[0]));
          RocksDbStore store = RocksDbStore.open(data, "default", StoreSamples.SMALL)) {
        long number = 1;
        while (commits(store, number)) {
          ChildProcess.tellParent(number);
          number++;
        }
        ChildProcess.tellParent(-number);
        ChildProcess.awaitParent();
        int refused = commits(store, number) ? 0 : 1;
        StoreSamples.assertReadable(store, number - 1, CHUNK_BYTES_MAX);
        refused += reopens(store) ? 0 : 1;
        ChildProcess.tellParent(refused);
        ChildProcess.awaitParent();
        store.reopen();
        long last = StoreSamples.last(store);
        for (long more = 1; more <= 100; more++) {
          StoreSamples.commit(store, last + more, CHUNK_BYTES_MAX);
        }
        ChildProcess.tellParent(StoreSamples.last(store));
      }
    }

    private static boolean commits(RocksDbStore store, long number) {
      try {
        StoreSamples.commit(store, number, CHUNK_BYTES_MAX);
        return true;
      } catch (StoreException e) {
        return false;
      }
    }

    private static boolean reopens(RocksDbStore store) {
      try {
        store.reopen();
        return true;
      } catch (StoreException e) {
        return false;
      }
    }
  }
}
