package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file system of its own, to be filled up or to fail; needs root. */
final class SmallDisk implements AutoCloseable {
  private static final int BLOCK_BYTES = 64 << 10;

  private final Path mountPoint;
  private final @Nullable Path image;

  private SmallDisk(Path mountPoint, @Nullable Path image) {
    this.mountPoint = mountPoint;
    this.image = image;
  }

  /** One in memory; null where this process may not mount. */
  static @Nullable SmallDisk inMemory(Path mountPoint, int mebibytes) throws Exception {
    Files.createDirectories(mountPoint);
    boolean isMounted =
        run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", mountPoint + "");
    return isMounted ? new SmallDisk(mountPoint, null) : null;
  }

  /** An ext4 in a file; null where this process may not mount. */
  static @Nullable SmallDisk inFile(Path mountPoint, Path image, int mebibytes) throws Exception {
    Files.createDirectories(mountPoint);
    boolean isMounted =
        run("truncate", "-s", mebibytes + "M", image + "")
            && run("mkfs.ext4", "-q", "-m", "0", image + "")
            && run("mount", "-o", "loop", image + "", mountPoint + "");
    return isMounted ? new SmallDisk(mountPoint, image) : null;
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // no such program
    }
  }

  /** Where it is. */
  Path path() {
    return mountPoint;
  }

  /** Fills it up but for some bytes. */
  void fill(long leaveBytes) throws IOException {
    byte[] block = new byte[BLOCK_BYTES];
    try (OutputStream out = Files.newOutputStream(filler())) {
      while (free() > leaveBytes) {
        out.write(block, 0, (int) Math.min(BLOCK_BYTES, Math.max(4096, free() - leaveBytes)));
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  private long free() throws IOException {
    return Files.getFileStore(mountPoint).getUsableSpace();
  }

  /** Ends that. */
  void empty() throws IOException {
    Files.deleteIfExists(filler());
  }

  private Path filler() {
    return mountPoint.resolve("filler");
  }

  /** Whether it can hang, or give up. */
  boolean canBreak() {
    return image != null;
  }

  /** Has whatever is to be written wait, until it is told to go on. */
  void freeze(boolean wait) throws InterruptedException {
    boolean unused = run("fsfreeze", wait ? "-f" : "-u", mountPoint + "");
  }

  /**
   * Makes it read-only though files are open for writing, as it does after an error of its disk.
   */
  void giveUp() throws InterruptedException {
    assertThat(run("mount", "-o", "remount,abort", mountPoint + "")).isTrue();
  }

  /** What an operator does then; nobody may use it. */
  void checkAndMountAgain() throws InterruptedException {
    assertThat(run("umount", mountPoint + "")).isTrue();
    assertThat(run("sh", "-c", "e2fsck -p " + image + "; test $? -le 1")).isTrue();
    assertThat(run("mount", "-o", "loop", image + "", mountPoint + "")).isTrue();
  }

  @Override
  public void close() throws InterruptedException {
    assertThat(run("umount", "-l", mountPoint + "")).isTrue();
  }

  @Override
  public String toString() {
    return image == null ? "tmpfs" : "ext4";
  }
}
