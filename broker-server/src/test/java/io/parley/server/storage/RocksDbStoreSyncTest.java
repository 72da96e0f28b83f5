package io.parley.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.store.Table;
import io.parley.engine.store.Transaction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * That a sync is one. What was written survives the end of the process without it, so no kill
 * tells: the virtual machine's own events do.
 */
class RocksDbStoreSyncTest {
  private static final int GROUPS = 5;

  @TempDir private Path temporary;

  @Test
  void shouldForceTheJournalToTheDiskBeforeEachSyncReturns() throws Exception {
    StorageSettings settings =
        new StorageSettings(
            temporary.resolve("data"),
            StorageSettings.MIN_CACHE_BYTES,
            StorageSettings.MIN_WRITE_BUFFER_BYTES,
            StorageSettings.MIN_MAX_OPEN_FILES,
            StorageSettings.MIN_RESERVE_BYTES);
    Path events = temporary.resolve("events.jfr");
    try (DataDirectory directory = DataDirectory.open(settings.directory());
        RocksDbStore store = RocksDbStore.open(directory, "default", settings);
        Recording recording = new Recording()) {
      recording.enable("jdk.FileForce").withoutThreshold();
      recording.start();
      for (int group = 0; group < GROUPS; group++) {
        Transaction transaction = store.begin();
        transaction.put(Table.META, new byte[] {(byte) group}, new byte[] {1});
        store.write(transaction);
        store.sync();
      }
      recording.stop();
      recording.dump(events);
    }

    assertThat(forcedJournals(events)).hasSizeGreaterThanOrEqualTo(GROUPS);
  }

  private static List<String> forcedJournals(Path events) throws Exception {
    assertThat(Files.exists(events)).isTrue();
    return RecordingFile.readAllEvents(events).stream()
        .filter(event -> event.getEventType().getName().equals("jdk.FileForce"))
        .map((RecordedEvent event) -> event.getString("path"))
        .filter(path -> path.endsWith(".journal"))
        .toList();
  }
}
