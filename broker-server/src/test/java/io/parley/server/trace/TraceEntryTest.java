package io.parley.server.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.intake.CausedMessage;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class TraceEntryTest {
  /** Behind the head and three ids. */
  private static final int KIND = 54;

  @Test
  void shouldTakeAnEntryOfNoKindForADamagedOne() {
    MessageId id = new MessageId(1, 2);
    CausedMessage message = new CausedMessage(id, id, null, MessageKind.EVENT, "t", 1_000);
    ByteBuffer entry = ByteBuffer.allocate(100);
    TraceEntry.write(message, entry);
    entry.flip();
    assertThat(TraceEntry.read(entry.duplicate())).isEqualTo(message);
    for (byte kind : new byte[] {3, -1}) {
      entry.put(KIND, kind);
      CRC32C crc = new CRC32C();
      crc.update(entry.duplicate().position(4));
      entry.putInt(0, (int) crc.getValue());
      assertThat(TraceEntry.read(entry.duplicate())).as("kind %d", kind).isNull();
    }
  }
}
