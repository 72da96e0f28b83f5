package io.parley.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

class WriteBatchEncoderTest {
  private static final int CHANGES = 2_000;
  private static final int[] LENGTHS = {0, 1, 127, 128, 16_383, 16_384, 100_000};

  @TempDir static Path directory;

  @BeforeAll
  static void loadLibrary() {
    RocksDbLibrary.load(directory.resolve("native"));
  }

  @Test
  void shouldEncodeNoChangesAsEmptyBatch() throws RocksDBException {
    WriteBatchEncoder encoder = new WriteBatchEncoder();
    assertThat(encoder.isEmpty()).isTrue();
    try (WriteBatch empty = new WriteBatch()) {
      assertThat(encoder.toBytes()).isEqualTo(empty.data());
    }
  }

  @Test
  void shouldEncodeChangesAsRocksDbDoes() throws RocksDBException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    try (WriteBatch expected = new WriteBatch()) {
      WriteBatchEncoder encoder = new WriteBatchEncoder();
      for (int i = 0; i < CHANGES; i++) {
        byte[] key = bytes(random, LENGTHS[random.nextInt(5)]);
        if (random.nextBoolean()) {
          byte[] value = bytes(random, LENGTHS[random.nextInt(LENGTHS.length)]);
          encoder.put(key, value);
          expected.put(key, value);
        } else {
          encoder.delete(key);
          expected.delete(key);
        }
      }
      assertThat(encoder.toBytes()).as("seed %d", seed).isEqualTo(expected.data());
    }
  }

  @Test
  void shouldForgetEverythingWhenCleared() throws RocksDBException {
    WriteBatchEncoder encoder = new WriteBatchEncoder();
    encoder.put(new byte[8], new byte[10 << 20]);
    encoder.clear();
    assertThat(encoder.isEmpty()).isTrue();
    try (WriteBatch empty = new WriteBatch()) {
      assertThat(encoder.toBytes()).isEqualTo(empty.data());
    }
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
