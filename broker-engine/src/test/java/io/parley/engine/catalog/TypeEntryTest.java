package io.parley.engine.catalog;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.parley.engine.Engine;
import io.parley.engine.EngineSettings;
import io.parley.engine.group.Keys;
import io.parley.engine.store.InMemoryStore;
import io.parley.engine.store.StoreException;
import io.parley.engine.store.Table;
import io.parley.engine.store.Transaction;
import io.parley.protocol.model.MessageKind;
import org.junit.jupiter.api.Test;

class TypeEntryTest {
  @Test
  void shouldRefuseARowOfNoKindByTheNameOfItsTable() {
    byte[] row = new TypeEntry("t", MessageKind.COMMAND, 1, 2, 3, true).encode();
    row[1] = 0;
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> TypeEntry.decode("t", row))
        .withMessage("table TYPES: message kind: 0 (expected: 1, 2 or 3)");
  }

  @Test
  void shouldRefuseARowThatRefersToAQueueThatIsNotThere() {
    InMemoryStore store = new InMemoryStore();
    Transaction transaction = store.begin();
    transaction.put(
        Table.TYPES,
        Keys.of("t"),
        new TypeEntry("t", MessageKind.COMMAND, 9, 0, 0, false).encode());
    store.write(transaction);
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> new Engine(store, EngineSettings.DEFAULTS, 0))
        .withMessage("table TYPES: t refers to destination 9, which isn't there");
  }
}
