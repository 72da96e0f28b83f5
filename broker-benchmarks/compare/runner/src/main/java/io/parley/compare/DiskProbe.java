package io.parley.compare;

import io.parley.compare.result.DiskResult;
import io.parley.compare.result.TrafficResult.Times;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;

/**
 * What the disk alone takes for a write of a message's size that is synced before the next (one
 * outstanding): no broker can confirm one message at a time in less. One thread.
 *
 * <p>Measured next to a run, while the broker is idle, because a shared disk is another one a
 * quarter of an hour later.
 */
final class DiskProbe {
  /** What is overwritten was written before, so that a sync has no new length or block to store. */
  private static final int PREPARED_BYTES = 4 << 20;

  private static final int SYNCS_MAX = 1_000;

  private final Path directory;
  private final ByteBuffer body;
  private final Nanos overwriting = new Nanos();
  private final Nanos appending = new Nanos();

  /**
   * A probe.
   *
   * @param directory on the disk that is meant
   * @param bytes of each write, from 1 to 4 MiB
   */
  DiskProbe(Path directory, int bytes) {
    if (bytes < 1 || bytes > PREPARED_BYTES) {
      throw new IllegalArgumentException(
          "bytes: " + bytes + " (expected: 1 to " + PREPARED_BYTES + ")");
    }
    this.directory = directory;
    byte[] noise = new byte[bytes];
    new Random(1).nextBytes(noise);
    this.body = ByteBuffer.wrap(noise);
  }

  /** Measures for this long: half of it overwriting, half appending. Adds to what it has. */
  void measure(Duration duration) throws IOException {
    long half = duration.toNanos() / 2;
    measure(PREPARED_BYTES, half, overwriting);
    measure(0, half, appending);
  }

  private void measure(int prepared, long nanos, Nanos times) throws IOException {
    Path file = Files.createTempFile(directory, "probe", null);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(prepared), 0);
      channel.force(true);
      int places = prepared / body.capacity();
      long begin = System.nanoTime();
      for (int i = 0; i < SYNCS_MAX && System.nanoTime() - begin < nanos; i++) {
        long start = System.nanoTime();
        long place = prepared == 0 ? i : i % places;
        channel.write(body.rewind(), place * body.capacity());
        channel.force(false);
        times.add(System.nanoTime() - start);
      }
    } finally {
      Files.delete(file);
    }
  }

  /** Of all that was measured. */
  DiskResult result() {
    return new DiskResult(body.capacity(), overwriting.times(), appending.times());
  }

  /** Durations, as many as come. */
  private static final class Nanos {
    private long[] all = new long[SYNCS_MAX];
    private int count;

    void add(long nanos) {
      if (count == all.length) {
        all = Arrays.copyOf(all, 2 * count);
      }
      all[count++] = nanos;
    }

    Times times() {
      Arrays.sort(all, 0, count);
      return new Times(millis(0.5), millis(0.99), millis(0.999), millis(1), count);
    }

    private double millis(double part) {
      return count == 0 ? Double.NaN : all[(int) Math.ceil(part * count) - 1] / 1e6;
    }
  }
}
