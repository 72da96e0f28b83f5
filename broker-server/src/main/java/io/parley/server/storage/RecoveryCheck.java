package io.parley.server.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads a closed database's logs and manifest before RocksDB does, and refuses what RocksDB would
 * recover from by leaving out what was confirmed.
 *
 * @param lastSequence number of the last change the logs hold, 0 if none; recovery must reach it
 * @param continuous whether each log goes on where the one before ended. If not, a log in between
 *     is missing, or damaged at its very end, or those before it are no longer needed: only RocksDB
 *     knows
 * @param newestLog the last log with records in it
 * @param newestLogEnd where its records end
 */
record RecoveryCheck(long lastSequence, boolean continuous, Path newestLog, long newestLogEnd) {
  private static final Pattern LOG_NAME = Pattern.compile("(\\d+)\\.log");

  /**
   * Checks a database's files; changes nothing.
   *
   * @throws DamagedFileException if records are missing before sound ones, or whole files are
   * @throws IOException if the files can't be read
   */
  static RecoveryCheck of(Path database) throws IOException, DamagedFileException {
    readManifest(database);
    Map<Long, Path> logs = logs(database);
    if (logs.isEmpty()) {
      // RocksDB always has one, even if nothing is in it.
      throw new DamagedFileException(database, "no log (expected: at least one file *.log)");
    }
    long nextSequence = RecordFile.Content.NO_SEQUENCE;
    boolean continuous = true;
    Path newest = logs.values().iterator().next();
    long newestEnd = 0;
    for (Map.Entry<Long, Path> log : logs.entrySet()) {
      RecordFile.Content content = RecordFile.readLog(log.getValue(), log.getKey());
      if (content.hasRecords()) {
        continuous &=
            nextSequence == RecordFile.Content.NO_SEQUENCE
                || nextSequence == content.firstSequence();
        nextSequence = content.nextSequence();
        newest = log.getValue();
        newestEnd = content.end();
      }
    }
    return new RecoveryCheck(Math.max(0, nextSequence - 1), continuous, newest, newestEnd);
  }

  private static void readManifest(Path database) throws IOException, DamagedFileException {
    Path current = database.resolve("CURRENT");
    try {
      String name = Files.readString(current, UTF_8).strip();
      if (!name.matches("MANIFEST-\\d+")) {
        throw new DamagedFileException(current, "names no manifest");
      }
      RecordFile.readManifest(database.resolve(name));
    } catch (NoSuchFileException e) {
      throw new DamagedFileException(Path.of(e.getFile()), "missing");
    }
  }

  private static Map<Long, Path> logs(Path database) throws IOException {
    Map<Long, Path> logs = new TreeMap<>();
    try (Stream<Path> files = Files.list(database)) {
      for (Path file : files.toList()) {
        Matcher name = LOG_NAME.matcher(file.getFileName().toString());
        if (name.matches()) {
          logs.put(Long.parseLong(name.group(1)), file);
        }
      }
    }
    return logs;
  }

  /**
   * Leaves RocksDB a newest log that ends after a whole record. It takes all else for damage and,
   * where a still newer log is empty, sometimes for more than it is: then it refuses a sound
   * database.
   */
  void cutOffTornTail() throws IOException {
    try (FileChannel channel = FileChannel.open(newestLog, WRITE)) {
      if (channel.size() > newestLogEnd) {
        channel.truncate(newestLogEnd);
        channel.force(true);
      }
    }
  }
}
