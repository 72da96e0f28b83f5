package io.parley.systemtests.disk;

import io.parley.systemtests.disk.DiskFile.Image;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A disk that is told the changes of a process one by one, and says what may be on it if power is
 * lost now.
 *
 * <pre>
 *   of a file        what was written before a sync began that has ended: all of it
 *                    what came later: nothing, a part cut off somewhere, or any sectors of it,
 *                    of 512 or 4,096 bytes; a length without its data
 *   of a directory   names that were changed before a sync of it began: all of them
 *                    what came later: up to somewhere, as a file system with a journal leaves it;
 *                    or any that don't build on one that is lost, as one without may
 * </pre>
 *
 * <p>A sync of a file says nothing of its name, but for RocksDB's manifests: a new one is named in
 * CURRENT before the directory is synced. A rename is done in both directories or in none.
 */
public final class Disk {
  private static final int O_CREAT = 0x40;
  private static final int O_TRUNC = 0x200;

  /** Files that RocksDB trusts to have their name once they were synced. */
  private static final String NAMED_BY_SYNC = "MANIFEST-";

  private final Path root;
  private final String forgets;
  private final DiskDirectory top = new DiskDirectory();
  private final Map<Integer, Node> open = new HashMap<>();
  private final Map<Integer, String> paths = new HashMap<>();
  private final Map<Long, Sync> syncs = new HashMap<>();

  /** Changes of names that aren't on the disk for sure, in their order. */
  private List<Naming> pending = new ArrayList<>();

  /**
   * An empty one.
   *
   * @param root where the changes were made
   * @param forgets what is in the path of files whose syncs it only pretends; empty for none
   */
  public Disk(Path root, String forgets) {
    this.root = root;
    this.forgets = forgets;
  }

  /**
   * Does what a process did.
   *
   * @return whether it is one of those that change more than a file's bytes
   */
  public boolean apply(Change change) {
    switch (change.kind()) {
      case STARTED -> {
        open.clear();
        syncs.clear();
        return true;
      }
      case OPENED -> {
        return opened(change);
      }
      case CLOSED -> open.remove(change.file());
      case WRITTEN, TRUNCATED, ALLOCATED -> {
        ((DiskFile) node(change)).change(change);
        return change.kind() == Change.Kind.TRUNCATED;
      }
      case SYNCING -> syncs.put(change.offset(), new Sync(node(change), change.position()));
      case SYNCED -> {
        Sync sync = syncs.remove(change.offset());
        if (sync == null) {
          throw new IllegalStateException("a sync ended that never began");
        }
        if (!forgets.isEmpty() && isOf(change, forgets)) {
          return false;
        }
        if (sync.node instanceof DiskFile file) {
          file.sync(sync.position);
          if (isOf(change, NAMED_BY_SYNC)) {
            sync(naming -> naming.nodes.contains(file));
          }
          return false;
        }
        sync(naming -> naming.position <= sync.position && naming.isIn(sync.node));
        return true;
      }
      case RENAMED -> {
        Name from = name(change.path(0));
        Node moved = from.directory.seen.get(from.name);
        name(change, List.of(from, name(change.path(1))), Arrays.asList(null, moved));
        return true;
      }
      case UNLINKED, DIRECTORY_REMOVED -> {
        name(change, List.of(name(change.path(0))), Arrays.asList((Node) null));
        return true;
      }
      case DIRECTORY_MADE -> {
        name(change, List.of(name(change.path(0))), List.of(new DiskDirectory()));
        return true;
      }
      case UNKNOWN ->
          throw new IllegalStateException(
              "changed in a way that isn't followed: " + change.path(0) + " " + change.path(1));
    }
    return false;
  }

  /** Whether a change is one of a file in whose path one of these is. */
  public boolean isOf(Change change, String... parts) {
    String path =
        switch (change.kind()) {
          case RENAMED -> change.path(1);
          case OPENED, UNLINKED -> change.path(0);
          default -> paths.getOrDefault(change.file(), "");
        };
    return Arrays.stream(parts).anyMatch(path::contains);
  }

  private boolean opened(Change change) {
    String path = change.path(0);
    paths.put(change.file(), path);
    if (path.equals(root.toString())) {
      open.put(change.file(), top);
      return false;
    }
    Name name = name(path);
    Node node = name.directory.seen.get(name.name);
    boolean isNew = node == null;
    if (node == null) {
      if ((change.flags() & O_CREAT) == 0) {
        throw new IllegalStateException(path + " was opened and is not known");
      }
      node = new DiskFile();
      name(change, List.of(name), List.of(node));
    } else if ((change.flags() & O_TRUNC) != 0) {
      Change cut =
          new Change(
              change.position(), Change.Kind.TRUNCATED, change.file(), 0, 0, 0, change.bytes());
      ((DiskFile) node).change(cut);
    }
    open.put(change.file(), node);
    return isNew;
  }

  private Node node(Change change) {
    Node node = open.get(change.file());
    if (node == null) {
      throw new IllegalStateException(change.kind() + " of a file that isn't open");
    }
    return node;
  }

  private Name name(String path) {
    Path relative = root.relativize(Path.of(path));
    DiskDirectory directory = top;
    for (int i = 0; i < relative.getNameCount() - 1; i++) {
      directory = (DiskDirectory) directory.seen.get(relative.getName(i).toString());
      if (directory == null) {
        throw new IllegalStateException("of " + path + " a directory is not known");
      }
    }
    return new Name(directory, relative.getFileName().toString());
  }

  private void name(Change change, List<Name> names, List<@Nullable Node> nodes) {
    Naming naming = new Naming(change.position(), names, nodes);
    naming.in(directory -> directory.seen);
    pending.add(naming);
  }

  /** Some names are on the disk, with all that they build on. */
  private void sync(Predicate<Naming> these) {
    Set<Name> needed = new HashSet<>();
    List<Naming> done = new ArrayList<>();
    List<Naming> left = new ArrayList<>();
    // Backwards: what a synced one builds on is on the disk as well.
    for (int i = pending.size() - 1; i >= 0; i--) {
      Naming naming = pending.get(i);
      if (these.test(naming) || naming.names.stream().anyMatch(needed::contains)) {
        needed.addAll(naming.names);
        done.add(0, naming);
      } else {
        left.add(0, naming);
      }
    }
    done.forEach(naming -> naming.in(each -> each.synced));
    pending = left;
  }

  // ---------------------------------------------------------------- what is there

  /** Makes the directory as it may be after power was lost now. */
  public void afterPowerCut(Random random, Path into) throws IOException {
    Map<DiskDirectory, Map<String, Node>> names = new HashMap<>();
    boolean inOrder = random.nextBoolean();
    double keep = random.nextInt(3) == 0 ? 0 : random.nextDouble();
    int until = random.nextInt(pending.size() + 1);
    Set<Name> lost = new HashSet<>();
    for (int i = 0; i < pending.size(); i++) {
      Naming naming = pending.get(i);
      boolean isKept =
          inOrder
              ? i < until
              : random.nextDouble() < keep && naming.names.stream().noneMatch(lost::contains);
      if (isKept) {
        naming.in(each -> names.computeIfAbsent(each, is -> new TreeMap<>(is.synced)));
      } else {
        lost.addAll(naming.names);
      }
    }
    write(
        top,
        into,
        directory -> names.getOrDefault(directory, directory.synced),
        file -> file.afterPowerCut(random));
  }

  /**
   * Fails unless a directory is what the process that made the changes sees: all were noted.
   *
   * @throws IllegalStateException naming the first file that isn't
   */
  public void requireSame(Path directory) throws IOException {
    requireSame(top, directory);
  }

  private static void requireSame(DiskDirectory expected, Path found) throws IOException {
    Set<String> names = new HashSet<>();
    try (Stream<Path> entries = Files.list(found)) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    }
    if (!names.equals(expected.seen.keySet())) {
      throw new IllegalStateException(
          found + " has " + names + " (noted: " + expected.seen.keySet() + ")");
    }
    for (Map.Entry<String, Node> each : expected.seen.entrySet()) {
      Path path = found.resolve(each.getKey());
      if (each.getValue() instanceof DiskDirectory directory) {
        requireSame(directory, path);
      } else {
        Image image = ((DiskFile) each.getValue()).current();
        byte[] bytes = Files.readAllBytes(path);
        if (!Arrays.equals(bytes, 0, bytes.length, image.bytes(), 0, image.size())) {
          throw new IllegalStateException(path + " isn't what was noted of it");
        }
      }
    }
  }

  private static void write(DiskDirectory directory, Path into, Names names, Bytes bytes)
      throws IOException {
    Files.createDirectories(into);
    for (Map.Entry<String, Node> each : names.of(directory).entrySet()) {
      Path path = into.resolve(each.getKey());
      if (each.getValue() instanceof DiskDirectory below) {
        write(below, path, names, bytes);
      } else {
        Image image = bytes.of((DiskFile) each.getValue());
        try (OutputStream output = Files.newOutputStream(path)) {
          output.write(image.bytes(), 0, image.size());
        }
      }
    }
  }

  private interface Names {
    Map<String, Node> of(DiskDirectory directory);
  }

  private interface Bytes {
    Image of(DiskFile file);
  }

  private record Sync(Node node, long position) {}

  /** A place in a directory. Directories are told apart by what they are, not by what they hold. */
  private record Name(DiskDirectory directory, String name) {}

  /** Names that change together: what stands there afterwards, null for nothing. */
  private record Naming(long position, List<Name> names, List<@Nullable Node> nodes) {
    boolean isIn(Node directory) {
      return names.stream().anyMatch(name -> name.directory == directory);
    }

    void in(Names directories) {
      for (int i = 0; i < names.size(); i++) {
        Map<String, Node> of = directories.of(names.get(i).directory);
        Node node = nodes.get(i);
        if (node == null) {
          of.remove(names.get(i).name);
        } else {
          of.put(names.get(i).name, node);
        }
      }
    }
  }
}
