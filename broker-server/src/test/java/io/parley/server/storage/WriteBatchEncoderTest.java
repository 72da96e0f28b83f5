package io.parley.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
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
        byte[] prefix = bytes(random, random.nextInt(2));
        byte[] key = bytes(random, LENGTHS[random.nextInt(5)]);
        if (random.nextBoolean()) {
          byte[] value = bytes(random, LENGTHS[random.nextInt(LENGTHS.length)]);
          int offset = random.nextInt(value.length + 1);
          int length = random.nextInt(value.length - offset + 1);
          encoder.put(prefix, key, value, offset, length);
          expected.put(concat(prefix, key), slice(value, offset, length));
        } else {
          encoder.delete(prefix, key);
          expected.delete(concat(prefix, key));
        }
      }
      assertThat(encoder.toBytes()).as("seed %d", seed).isEqualTo(expected.data());
    }
  }

  @Test
  void shouldForgetEverythingWhenCleared() throws RocksDBException {
    WriteBatchEncoder encoder = new WriteBatchEncoder();
    encoder.put(new byte[1], new byte[8], new byte[10 << 20], 0, 10 << 20);
    encoder.clear();
    assertThat(encoder.isEmpty()).isTrue();
    try (WriteBatch empty = new WriteBatch()) {
      assertThat(encoder.toBytes()).isEqualTo(empty.data());
    }
  }

  @Test
  void shouldFindValueWhereItSaysItIs() {
    WriteBatchEncoder encoder = new WriteBatchEncoder();
    byte[] value = bytes(new Random(1), 1_000);
    int first = encoder.put(new byte[0], new byte[8], value, 10, 500);
    int second = encoder.put(new byte[1], new byte[3], value, 0, 1_000);
    assertThat(encoder.copy(first, 500)).isEqualTo(slice(value, 10, 500));
    assertThat(encoder.copy(second, 1_000)).isEqualTo(value);
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static byte[] slice(byte[] bytes, int offset, int length) {
    return Arrays.copyOfRange(bytes, offset, offset + length);
  }
}
