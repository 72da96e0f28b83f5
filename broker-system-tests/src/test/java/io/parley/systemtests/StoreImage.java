package io.parley.systemtests;

import io.parley.engine.store.Table;
import io.parley.server.storage.DataDirectory;
import io.parley.server.storage.RocksDbStore;
import io.parley.server.storage.StorageSettings;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** All that a namespace's store holds, chunks too, in few bytes. */
final class StoreImage {
  /** Where the default namespace is below a data directory. */
  static final String PLACE = "namespaces/default";

  private static final byte[] FROM_THE_START = {};

  private StoreImage() {}

  /**
   * Opens a store as a broker's start does, and reads all of it.
   *
   * @return what is the same for two stores if the same is in them
   */
  static String of(Path data) {
    StorageSettings settings =
        new StorageSettings(
            data,
            StorageSettings.MIN_CACHE_BYTES,
            StorageSettings.MIN_WRITE_BUFFER_BYTES,
            StorageSettings.MIN_MAX_OPEN_FILES,
            StorageSettings.MIN_RESERVE_BYTES);
    try (DataDirectory directory = DataDirectory.open(data)) {
      directory.namespaces();
      try (RocksDbStore store = RocksDbStore.open(directory, "default", settings)) {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Table table : Table.values()) {
          digest.update((byte) table.number());
          store.scan(
              table,
              FROM_THE_START,
              null,
              (key, value) -> {
                digest.update(key);
                digest.update((byte) ';');
                digest.update(value);
                digest.update((byte) '\n');
                return true;
              });
        }
        return HexFormat.of().formatHex(digest.digest());
      }
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
