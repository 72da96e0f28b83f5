package io.parley.engine.catalog;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.parley.engine.store.StoreException;
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
}
