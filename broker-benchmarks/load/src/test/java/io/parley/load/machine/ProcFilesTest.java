package io.parley.load.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel's files say, from a folder that looks like {@code /proc}. */
class ProcFilesTest {
  @TempDir private Path folder;
  private ProcFiles files;

  @BeforeEach
  void start() {
    files = new ProcFiles(folder.resolve("proc"), folder.resolve("sys"));
  }

  @Test
  void shouldAddUpWhatAProcessAndItsDescendantsUse() throws IOException {
    process(10, 1, "java (broker)", 150, 50);
    process(11, 10, "child", 20, 10);
    process(12, 11, "grandchild", 5, 5);
    process(13, 1, "other", 9_999, 9_999);

    ProcFiles.ProcessUse tree = files.useOfTree(10);

    assertThat(tree.cpuSeconds()).isEqualTo(2.4);
    assertThat(tree.writtenBytes()).isEqualTo(3 * 4_096);
    assertThat(tree.rssBytes()).isEqualTo(3 * 2_048);
    assertThat(tree.peakRssBytes()).isEqualTo(3 * 4_096);
    assertThat(files.use(10).cpuSeconds()).isEqualTo(2.0);
    assertThat(files.useOfTree(99)).isNull();
  }

  @Test
  void shouldFindWhoListensOnAPort() throws IOException {
    process(10, 1, "broker", 0, 0);
    write(
        "proc/net/tcp",
        """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:1D10 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000 0 4711 1
           1: 0100007F:1D11 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000 0 4712 1
        """);
    Files.createDirectories(folder.resolve("proc/10/fd"));
    Files.createSymbolicLink(folder.resolve("proc/10/fd/5"), Path.of("socket:[4711]"));
    Files.createSymbolicLink(folder.resolve("proc/10/fd/6"), Path.of("socket:[4712]"));

    assertThat(files.listener(7440)).isEqualTo(OptionalLong.of(10));
    assertThat(files.listener(7441)).as("connected, not listening").isEmpty();
    assertThat(files.listener(80)).isEmpty();
  }

  @Test
  void shouldCountWhatAllProcessorsDidButWait() throws IOException {
    write("proc/stat", "cpu  100 10 50 5000 300 5 15 20 7 0\ncpu0 1 2 3\n");

    assertThat(files.busyCpuSeconds()).isEqualTo(2.0);
  }

  @Test
  void shouldReadADisksFlushes() throws IOException {
    write(
        "proc/diskstats",
        " 254  0 vda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 250001 20251\n   7  0 loop0 0 0\n");
    write("sys/dev/block/254:0/uevent", "MAJOR=254\nDEVNAME=vda\n");

    assertThat(files.flushes("254:0")).isEqualTo(250_001);
    assertThat(files.flushes("7:0")).as("an older kernel's line").isEqualTo(-1);
    assertThat(files.flushes("8:0")).isEqualTo(-1);
    assertThat(files.diskName("254:0")).isEqualTo("vda");
    assertThat(files.diskName("")).isEmpty();
  }

  @Test
  void shouldKnowNothingWhereThereAreNoSuchFiles() {
    assertThat(files.busyCpuSeconds()).isEqualTo(-1);
    assertThat(files.cpuModel()).isEmpty();
    assertThat(files.memoryBytes()).isZero();
    assertThat(files.use(1)).isNull();
    assertThat(files.listener(7440)).isEmpty();
    assertThat(files.diskOf(1)).isEmpty();
    assertThat(new UsageMeter(BrokerProcess.of(1), files).soFar()).isNull();
  }

  @Test
  void shouldReadTheMachine() throws IOException {
    write("proc/cpuinfo", "processor\t: 0\nmodel name\t: Fast CPU 3000\n");
    write("proc/meminfo", "MemTotal:       24576 kB\nMemFree: 1 kB\n");

    assertThat(files.cpuModel()).isEqualTo("Fast CPU 3000");
    assertThat(files.memoryBytes()).isEqualTo(24_576L * 1_024);
  }

  private void process(long pid, long parent, String name, long user, long system)
      throws IOException {
    write(
        "proc/" + pid + "/stat",
        pid + " (" + name + ") S " + parent + " 1 1 0 -1 0 1 2 3 4 " + user + " " + system + " 0");
    write("proc/" + pid + "/io", "rchar: 1\nwrite_bytes: 4096\ncancelled_write_bytes: 0\n");
    write("proc/" + pid + "/status", "Name: x\nVmHWM:\t    4 kB\nVmRSS:\t    2 kB\n");
  }

  private void write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
