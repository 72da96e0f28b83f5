package io.parley.server.storage;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/**
 * RocksDB's native library, unpacked once per user and version.
 *
 * <p>Left to itself RocksDB unpacks it into the temporary folder at every start and leaves it there
 * when the process is killed. Here it goes into a folder named after its checksum, below the user's
 * cache folder or, where that can't be written or executed from, the data directory; and stays.
 */
final class RocksDbLibrary {
  /**
   * What {@link RocksDB#loadLibrary(List)} looks for in a folder; differs from the name in the jar.
   */
  private static final String FILE_NAME = Environment.getJniLibraryFileName("rocksdbjni");

  private static boolean loaded;

  private RocksDbLibrary() {}

  /**
   * Loads the library, once per process.
   *
   * @param fallback a folder for it that can be written to if the cache folder can't
   * @throws ParleyException STORE_UNAVAILABLE if it loads from neither, with the reasons
   */
  static synchronized void load(Path fallback) {
    if (!loaded) {
      loadFromFirstThatWorks(List.of(cacheFolder(System.getenv()), fallback));
      loaded = true;
    }
  }

  /** {@code $XDG_CACHE_HOME/parley} or {@code ~/.cache/parley}. */
  static Path cacheFolder(Map<String, String> environment) {
    String cacheHome = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path home =
        cacheHome.startsWith("/")
            ? Path.of(cacheHome)
            : Path.of(System.getProperty("user.home", "/"), ".cache");
    return home.resolve("parley");
  }

  private static void loadFromFirstThatWorks(List<Path> folders) {
    List<String> reasons = new ArrayList<>();
    for (Path folder : folders) {
      try {
        RocksDB.loadLibrary(List.of(unpack(folder).toString()));
        return;
      } catch (IOException e) {
        reasons.add("%s: %s".formatted(folder, SyncedFiles.reason(e)));
      } catch (UnsatisfiedLinkError e) {
        reasons.add("%s: %s".formatted(folder, e.getMessage()));
      }
    }
    throw new ParleyException(
        ErrorCode.STORE_UNAVAILABLE,
        "RocksDB's library loads from none of its folders: " + String.join("; ", reasons));
  }

  /**
   * Puts the library into a folder of its own below this one, unless it is there.
   *
   * @return that folder
   */
  static Path unpack(Path below) throws IOException {
    Packed packed = packed();
    Path folder = below.resolve("rocksdbjni-" + HexFormat.of().toHexDigits((int) packed.crc));
    Path file = folder.resolve(FILE_NAME);
    if (!packed.isUnpackedAs(file)) {
      Files.createDirectories(folder);
      // Under a name of its own first: two brokers may start at once, and one may be killed
      // meanwhile.
      Path part = folder.resolve(FILE_NAME + "." + ProcessHandle.current().pid() + ".part");
      try (InputStream content = packed.url.openStream()) {
        Files.copy(content, part, StandardCopyOption.REPLACE_EXISTING);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(part);
      }
    }
    return folder;
  }

  /** The library as it is packed with RocksDB. */
  private static Packed packed() throws IOException {
    String name = Environment.getJniLibraryFileName("rocksdb");
    URL url = RocksDB.class.getClassLoader().getResource(name);
    if (url == null) {
      throw new IOException("rocksdbjni has no %s: this system is not supported".formatted(name));
    }
    URLConnection connection = url.openConnection();
    if (connection instanceof JarURLConnection jar) {
      return new Packed(url, jar.getJarEntry().getSize(), jar.getJarEntry().getCrc());
    }
    try (InputStream content = connection.getInputStream()) {
      Content all = Content.of(content);
      return new Packed(url, all.bytes, all.crc);
    }
  }

  /** What a stream has, read in pieces: the JDK keeps as much memory as was read at once. */
  private record Content(long bytes, long crc) {
    private static final int PIECE_BYTES = 64 * 1024;

    static Content of(InputStream stream) throws IOException {
      CRC32 crc = new CRC32();
      byte[] piece = new byte[PIECE_BYTES];
      long bytes = 0;
      for (int read = stream.read(piece); read >= 0; read = stream.read(piece)) {
        crc.update(piece, 0, read);
        bytes += read;
      }
      return new Content(bytes, crc.getValue());
    }
  }

  private record Packed(URL url, long size, long crc) {
    /** Compares content, so that a damaged copy is replaced instead of crashing the process. */
    boolean isUnpackedAs(Path file) throws IOException {
      if (!Files.isRegularFile(file) || Files.size(file) != size) {
        return false;
      }
      try (InputStream content = Files.newInputStream(file)) {
        return Content.of(content).crc == crc;
      }
    }
  }
}
