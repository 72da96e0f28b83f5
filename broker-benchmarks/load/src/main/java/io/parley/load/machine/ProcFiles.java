package io.parley.load.machine;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The kernel's files below {@code /proc} and {@code /sys}. What isn't there is absent. */
final class ProcFiles {
  /** What the kernel counts CPU time in towards users, whatever it does inside. */
  private static final double TICKS_PER_SECOND = 100;

  private static final String LISTENING = "0A";

  private final Path proc;
  private final Path sys;

  /** Of this machine. */
  ProcFiles() {
    this(Path.of("/proc"), Path.of("/sys"));
  }

  /** Of folders that look like those. */
  ProcFiles(Path proc, Path sys) {
    this.proc = proc;
    this.sys = sys;
  }

  // ---- processes

  /** What processes have used. */
  record ProcessUse(double cpuSeconds, long writtenBytes, long rssBytes, long peakRssBytes) {}

  /** What a process has used; null if it is gone. */
  @Nullable ProcessUse use(long pid) {
    return use(List.of(pid));
  }

  /** What a process and its descendants have used; null if it is gone. */
  @Nullable ProcessUse useOfTree(long root) {
    return use(tree(root));
  }

  private @Nullable ProcessUse use(List<Long> pids) {
    if (stat(pids.get(0)) == null) {
      return null;
    }
    double cpu = 0;
    long written = 0;
    long rss = 0;
    long peak = 0;
    for (long pid : pids) {
      String[] stat = stat(pid);
      if (stat != null) {
        cpu += (Long.parseLong(stat[11]) + Long.parseLong(stat[12])) / TICKS_PER_SECOND;
        written += Math.max(0, field(pid, "io", "write_bytes:"));
        rss += Math.max(0, field(pid, "status", "VmRSS:")) * 1024;
        peak += Math.max(0, field(pid, "status", "VmHWM:")) * 1024;
      }
    }
    return new ProcessUse(cpu, written, rss, peak);
  }

  private List<Long> tree(long root) {
    Map<Long, List<Long>> children = new HashMap<>();
    for (long pid : processes()) {
      String[] stat = stat(pid);
      if (stat != null) {
        children.computeIfAbsent(Long.parseLong(stat[1]), any -> new ArrayList<>()).add(pid);
      }
    }
    List<Long> tree = new ArrayList<>(List.of(root));
    for (int i = 0; i < tree.size(); i++) {
      tree.addAll(children.getOrDefault(tree.get(i), List.of()));
    }
    return tree;
  }

  /** The fields behind the command's name: [0] state, [1] parent, [11] utime, [12] stime. */
  private String @Nullable [] stat(long pid) {
    String line = text(proc.resolve(pid + "/stat"));
    return line == null ? null : line.substring(line.lastIndexOf(')') + 2).split(" ");
  }

  private long field(long pid, String file, String name) {
    for (String line : lines(proc.resolve(pid + "/" + file))) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.substring(name.length()).strip().split(" ")[0]);
      }
    }
    return -1;
  }

  private List<Long> processes() {
    List<Long> pids = new ArrayList<>();
    for (Path entry : entries(proc)) {
      String name = String.valueOf(entry.getFileName());
      if (name.chars().allMatch(Character::isDigit)) {
        pids.add(Long.parseLong(name));
      }
    }
    return pids;
  }

  /** The process that listens on this TCP port; none if there is none or it isn't ours to see. */
  OptionalLong listener(int port) {
    Set<String> sockets = new HashSet<>();
    for (String file : List.of("net/tcp", "net/tcp6")) {
      for (String line : lines(proc.resolve(file))) {
        String[] field = line.strip().split("\\s+");
        if (field.length > 9
            && field[3].equals(LISTENING)
            && field[1].endsWith(String.format(":%04X", port))) {
          sockets.add("socket:[" + field[9] + "]");
        }
      }
    }
    for (long pid : sockets.isEmpty() ? List.<Long>of() : processes()) {
      for (Path descriptor : entries(proc.resolve(pid + "/fd"))) {
        if (sockets.contains(link(descriptor))) {
          return OptionalLong.of(pid);
        }
      }
    }
    return OptionalLong.empty();
  }

  // ---- the machine

  /** CPU seconds of all cores, by anyone, and what a hypervisor took; -1 where unknown. */
  double busyCpuSeconds() {
    List<String> stat = lines(proc.resolve("stat"));
    if (stat.isEmpty()) {
      return -1;
    }
    String[] field = stat.get(0).strip().split("\\s+");
    long ticks = 0;
    // user, nice, system, irq, softirq, steal: neither idle nor waiting for a disk
    for (int i : new int[] {1, 2, 3, 6, 7, 8}) {
      ticks += Long.parseLong(field[i]);
    }
    return ticks / TICKS_PER_SECOND;
  }

  /** Model of the CPU, empty where unknown. */
  String cpuModel() {
    return valueOf(proc.resolve("cpuinfo"), "model name");
  }

  /** Bytes of memory; 0 where unknown. */
  long memoryBytes() {
    String kib = valueOf(proc.resolve("meminfo"), "MemTotal");
    return kib.isEmpty() ? 0 : Long.parseLong(kib.split(" ")[0]) * 1024;
  }

  private static String valueOf(Path file, String name) {
    for (String line : lines(file)) {
      int colon = line.indexOf(':');
      if (colon > 0 && line.substring(0, colon).strip().equals(name)) {
        return line.substring(colon + 1).strip();
      }
    }
    return "";
  }

  // ---- disks

  /**
   * The disk that a process has most files open on for writing, as {@code major:minor}; empty where
   * that can't be told. A partition's flushes are counted at its disk.
   */
  String diskOf(long pid) {
    Map<String, Integer> files = new HashMap<>();
    for (Path descriptor : entries(proc.resolve(pid + "/fd"))) {
      String target = link(descriptor);
      if (target.startsWith("/") && isWritable(pid, descriptor)) {
        String disk = wholeDisk(device(descriptor));
        if (flushes(disk) >= 0) {
          files.merge(disk, 1, Integer::sum);
        }
      }
    }
    return files.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse("");
  }

  private boolean isWritable(long pid, Path descriptor) {
    Path info = proc.resolve(pid + "/fdinfo/" + descriptor.getFileName());
    for (String line : lines(info)) {
      if (line.startsWith("flags:")) {
        // Octal, as for open(2): the last two bits say read, write or both.
        return (Long.parseLong(line.substring(6).strip(), 8) & 3) != 0;
      }
    }
    return false;
  }

  private static String device(Path file) {
    try {
      long device = (Long) Files.getAttribute(file, "unix:dev");
      long major = (device >> 8 & 0xFFF) | (device >> 32 & ~0xFFFL);
      long minor = (device & 0xFF) | (device >> 12 & ~0xFFL);
      return major + ":" + minor;
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return "";
    }
  }

  private String wholeDisk(String device) {
    Path block = sys.resolve("dev/block/" + device);
    if (!Files.exists(block.resolve("partition"))) {
      return device;
    }
    String whole = text(block.resolve("../dev"));
    return whole == null ? device : whole.strip();
  }

  /** Cache flushes that a disk has completed, for anyone; -1 where the kernel doesn't tell. */
  long flushes(String disk) {
    for (String line : lines(proc.resolve("diskstats"))) {
      String[] field = line.strip().split("\\s+");
      if (field.length > 18 && (field[0] + ":" + field[1]).equals(disk)) {
        return Long.parseLong(field[18]);
      }
    }
    return -1;
  }

  /** Name and model of a disk, empty where unknown. */
  String diskName(String disk) {
    if (disk.isEmpty()) {
      return "";
    }
    Path block = sys.resolve("dev/block/" + disk);
    String name = "";
    for (String line : lines(block.resolve("uevent"))) {
      if (line.startsWith("DEVNAME=")) {
        name = line.substring("DEVNAME=".length());
      }
    }
    String model = text(block.resolve("device/model"));
    String driver = link(block.resolve("device/driver"));
    String what = model == null ? driver.substring(driver.lastIndexOf('/') + 1) : model.strip();
    return what.isEmpty() ? name : name + " (" + what + ")";
  }

  // ---- files

  private static List<Path> entries(Path folder) {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      all.forEach(entries::add);
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      // Gone, or somebody else's.
      return entries;
    }
    return entries;
  }

  private static String link(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException | UnsupportedOperationException e) {
      return "";
    }
  }

  private static List<String> lines(Path file) {
    String text = text(file);
    return text == null ? List.of() : text.lines().toList();
  }

  private static @Nullable String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return null;
    }
  }
}
