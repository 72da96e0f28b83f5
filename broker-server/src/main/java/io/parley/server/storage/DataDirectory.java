package io.parley.server.storage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static java.util.stream.Collectors.joining;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory that holds everything one broker keeps, held by one broker at a time.
 *
 * <pre>
 * data/
 *   format              the number of this layout, e.g. "3"; written last when the directory is made
 *   lock                held while a broker runs; says which process
 *   native/             RocksDB's library, where the user's cache folder can't be written
 *   namespaces/default/ one store per namespace
 *   known-namespaces    their names, so that one that is lost isn't taken for one never made
 *   deleted/            namespaces that are being deleted
 *   traces/NAME/        what caused what in a namespace, for a while
 * </pre>
 *
 * <p>Invariants: nothing is written before the lock is held; no lock is taken in a directory that
 * is of a newer format or not Parley's.
 *
 * <p>Thread-safe.
 */
public final class DataDirectory implements AutoCloseable {
  /**
   * The layout this version reads and writes. Grows with each change an older version can't read.
   */
  public static final int FORMAT = 3;

  private static final String FORMAT_FILE = "format";
  private static final String LOCK_FILE = "lock";
  private static final String PROBE_FILE = "probe";
  private static final String NAMESPACES = "namespaces";
  private static final String KNOWN_FILE = "known-namespaces";
  private static final String NATIVE = "native";
  private static final String DELETED = "deleted";
  private static final String TRACES = "traces";

  /** Beside its place while a store is made. */
  private static final String UNFINISHED_SUFFIX = ".new";

  /**
   * What may be there before the format file is: of a fresh file system, or of a start cut short.
   */
  private static final Set<String> NOT_YET_A_DATA_DIRECTORY =
      Set.of("lost+found", LOCK_FILE, PROBE_FILE, FORMAT_FILE + ".new");

  private static final byte[] PROBE = new byte[64 << 10];
  private static final int LONGEST_LOCK_NOTE = 32;

  /**
   * Directories held by this process. The system's locks are per process: a second opener here
   * would get the lock too, and closing its channel would release the first one's.
   */
  private static final Set<Path> HELD_HERE = new HashSet<>();

  private final Path root;
  private final FileChannel lockChannel;
  private boolean closed;

  private DataDirectory(Path root, FileChannel lockChannel) {
    this.root = root;
    this.lockChannel = lockChannel;
  }

  /**
   * Takes a directory for this process, and makes it a data directory if it is empty or missing.
   *
   * @throws ParleyException DATA_DIRECTORY_LOCKED if a broker runs on it; DATA_FORMAT_TOO_NEW;
   *     DATA_CORRUPT if the format file says nothing sensible; INVALID_ARGUMENT if it holds
   *     something else; STORE_UNAVAILABLE with the reason if it can't be written to
   */
  public static DataDirectory open(Path directory) {
    Path root = directory.toAbsolutePath().normalize();
    try {
      requireReadable(root);
      SyncedFiles.createDirectories(root);
      root = root.toRealPath();
      return openLocked(root);
    } catch (IOException e) {
      throw unavailable(root, e);
    }
  }

  private static DataDirectory openLocked(Path root) throws IOException {
    FileChannel lockChannel = lock(root);
    DataDirectory opened = new DataDirectory(root, lockChannel);
    try {
      // Again, now that nobody else can be writing it.
      boolean isNew = !requireReadable(root);
      probe(root);
      if (isNew) {
        SyncedFiles.replace(root.resolve(FORMAT_FILE), (FORMAT + "\n").getBytes(UTF_8));
      }
      return opened;
    } catch (IOException | RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  /**
   * Refuses a directory of a newer format and one that is not Parley's; writes nothing.
   *
   * @return whether it is a data directory already
   */
  private static boolean requireReadable(Path root) throws IOException {
    Path formatFile = root.resolve(FORMAT_FILE);
    if (Files.exists(formatFile)) {
      requireKnownFormat(formatFile);
      return true;
    }
    if (Files.exists(root)) {
      requireEmpty(root);
    }
    return false;
  }

  private static void requireKnownFormat(Path formatFile) throws IOException {
    String found = new String(Files.readAllBytes(formatFile), UTF_8).strip();
    int format;
    try {
      format = Integer.parseInt(found);
    } catch (NumberFormatException e) {
      format = 0;
    }
    if (format < 1) {
      throw new ParleyException(
          ErrorCode.DATA_CORRUPT,
          "%s: '%s' (expected: a format number, 1 to %d)"
              .formatted(formatFile, found.substring(0, Math.min(20, found.length())), FORMAT));
    }
    if (format < FORMAT) {
      throw new ParleyException(
          ErrorCode.INVALID_ARGUMENT,
          "%s: format %d (expected: %d; an unreleased version made it, and there is no way from it)"
              .formatted(formatFile, format, FORMAT));
    }
    if (format > FORMAT) {
      throw new ParleyException(
          ErrorCode.DATA_FORMAT_TOO_NEW,
          "%s: format %d (expected: at most %d, the newest this version reads)"
              .formatted(formatFile, format, FORMAT));
    }
  }

  private static void requireEmpty(Path root) throws IOException {
    try (Stream<Path> entries = Files.list(root)) {
      List<String> foreign =
          entries
              .map(entry -> entry.getFileName().toString())
              .filter(name -> !NOT_YET_A_DATA_DIRECTORY.contains(name))
              .sorted()
              .toList();
      if (!foreign.isEmpty()) {
        throw new ParleyException(
            ErrorCode.INVALID_ARGUMENT,
            "data directory %s: holds '%s' but no file '%s' (expected: empty, or made by Parley)"
                .formatted(root, foreign.get(0), FORMAT_FILE));
      }
    }
  }

  private static FileChannel lock(Path root) throws IOException {
    synchronized (HELD_HERE) {
      if (!HELD_HERE.add(root)) {
        throw locked(root, "this process, " + ProcessHandle.current().pid());
      }
    }
    FileChannel channel = null;
    boolean held = false;
    try {
      channel = FileChannel.open(root.resolve(LOCK_FILE), CREATE, READ, WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw locked(root, owner(channel));
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(UTF_8)), 0);
      held = true;
      return channel;
    } finally {
      if (!held) {
        release(root, channel);
      }
    }
  }

  private static String owner(FileChannel channel) throws IOException {
    ByteBuffer note = ByteBuffer.allocate(LONGEST_LOCK_NOTE);
    channel.read(note, 0);
    String pid = new String(note.array(), 0, note.position(), UTF_8).strip();
    return pid.isEmpty() ? "another process" : "process " + pid;
  }

  private static ParleyException locked(Path root, String owner) {
    return new ParleyException(
        ErrorCode.DATA_DIRECTORY_LOCKED,
        "data directory %s: locked by %s (expected: one broker per directory)"
            .formatted(root, owner));
  }

  /**
   * Finds out at the start, rather than at the first commit, that the disk is full or read-only.
   */
  private static void probe(Path root) throws IOException {
    Path file = root.resolve(PROBE_FILE);
    try {
      SyncedFiles.write(file, PROBE);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  static ParleyException unavailable(Path root, IOException e) {
    ParleyException unavailable =
        new ParleyException(
            ErrorCode.STORE_UNAVAILABLE,
            "data directory %s: cannot be used: %s".formatted(root, SyncedFiles.reason(e)));
    unavailable.initCause(e);
    return unavailable;
  }

  /** Where it is, without symbolic links. */
  public Path root() {
    return root;
  }

  /** Where a namespace's store lives; it may not be there yet. */
  Path namespace(String name) {
    return root.resolve(NAMESPACES).resolve(name);
  }

  /**
   * The namespaces that are there; what a deletion left behind goes.
   *
   * @throws ParleyException DATA_CORRUPT if the store of one is lost
   */
  public synchronized Set<String> namespaces() {
    try {
      Set<String> known = known();
      known.removeAll(names(root.resolve(DELETED)));
      Set<String> there = names(root.resolve(NAMESPACES));
      for (String name : known) {
        if (!there.contains(name)) {
          throw new ParleyException(
              ErrorCode.DATA_CORRUPT,
              "%s: missing (expected: the store of namespace '%s'; restore it, or take its line out of %s to give it up)"
                  .formatted(namespace(name), name, root.resolve(KNOWN_FILE)));
        }
      }
      know(there);
      SyncedFiles.deleteAll(root.resolve(DELETED));
      return there;
    } catch (IOException e) {
      throw unavailable(root, e);
    }
  }

  private static Set<String> names(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return Set.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> !name.endsWith(UNFINISHED_SUFFIX))
          .collect(Collectors.toSet());
    }
  }

  /** The namespaces that were made and not deleted. */
  private Set<String> known() throws IOException {
    Path file = root.resolve(KNOWN_FILE);
    // As bytes: a name that is damaged is one that isn't there.
    return new TreeSet<>(
        Files.exists(file)
            ? Files.readAllLines(file, ISO_8859_1)
            : names(root.resolve(NAMESPACES)));
  }

  private void know(Set<String> names) throws IOException {
    Path file = root.resolve(KNOWN_FILE);
    if (!Files.exists(file) || !known().equals(names)) {
      String lines = new TreeSet<>(names).stream().map(name -> name + "\n").collect(joining());
      SyncedFiles.replace(file, lines.getBytes(UTF_8));
    }
  }

  /** A namespace's store is made. */
  synchronized void made(String name) throws IOException {
    Set<String> known = known();
    known.add(name);
    know(known);
  }

  /**
   * Deletes a namespace whose store is closed. It is gone at once; its files go one by one, and
   * what a crash leaves of them at the next start.
   */
  public synchronized void deleteNamespace(String name) {
    Path all = root.resolve(DELETED);
    Path deleted = all.resolve(name);
    try {
      SyncedFiles.deleteAll(deleted);
      SyncedFiles.createDirectories(all);
      SyncedFiles.move(namespace(name), deleted);
      Set<String> known = known();
      known.remove(name);
      know(known);
      SyncedFiles.deleteAll(all);
      SyncedFiles.deleteAll(traces(name));
    } catch (IOException e) {
      throw unavailable(root, e);
    }
  }

  /** Where it is kept what caused what in a namespace; it may not be there yet. */
  public Path traces(String namespace) {
    return root.resolve(TRACES).resolve(namespace);
  }

  /** Where RocksDB's library may be unpacked if nowhere else. */
  Path nativeLibraries() {
    return root.resolve(NATIVE);
  }

  /**
   * Whether a small file can be written and synced now, and there is room.
   *
   * @param room bytes that must be free
   * @throws IOException with the system's reason if not
   */
  void requireWritable(long room) throws IOException {
    probe(root);
    long free = Files.getFileStore(root).getUsableSpace();
    if (free < room) {
      throw new IOException(
          "No space left on device: %d bytes free (expected: %d)".formatted(free, room));
    }
  }

  /** Lets another broker have it. Its stores must be closed before. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      release(root, lockChannel);
    }
  }

  private static void release(Path root, @Nullable FileChannel channel) {
    // The file stays: were it deleted, a process waiting on the old file and one creating a new one
    // could both hold "the" lock.
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw unavailable(root, e);
    } finally {
      synchronized (HELD_HERE) {
        HELD_HERE.remove(root);
      }
    }
  }
}
