package io.parley.server.storage;

import io.parley.engine.store.Store;
import io.parley.engine.store.StoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class RocksDbStoreTest extends StoreContract {
  private static final StorageSettings SMALL =
      new StorageSettings(java.nio.file.Path.of("data"), 1 << 20, 16 << 20, 64);

  @TempDir Path directory;
  private DataDirectory dataDirectory;

  @Override
  protected Store open() {
    if (dataDirectory == null) {
      dataDirectory = DataDirectory.open(directory);
    }
    return RocksDbStore.open(dataDirectory, "default", SMALL);
  }

  @AfterEach
  void closeDirectory() {
    store.close();
    dataDirectory.close();
  }
}
