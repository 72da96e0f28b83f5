package io.parley.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class JournalRecordTest {
  @Test
  void shouldTakeAHeaderOfAnImpossibleSizeForNone() {
    ByteBuffer header = ByteBuffer.allocate(JournalRecord.HEADER_BYTES);
    JournalRecord sound = new JournalRecord(1, 2, 0, 1 << 30, 1 << 20, 7);
    sound.writeHeader(header);
    assertThat(JournalRecord.readHeader(header)).isEqualTo(sound);

    new JournalRecord(1, 2, 0, 1 << 30, 1 << 30, 7).writeHeader(header);
    assertThat(JournalRecord.readHeader(header)).isNull();
    new JournalRecord(1, 2, 0, Integer.MAX_VALUE, 0, 7).writeHeader(header);
    assertThat(JournalRecord.readHeader(header)).isNull();
    new JournalRecord(1, 2, 0, 0, -1, 7).writeHeader(header);
    assertThat(JournalRecord.readHeader(header)).isNull();
  }
}
