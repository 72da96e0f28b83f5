package io.parley.engine.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.parley.engine.store.StoreException;
import io.parley.engine.store.Table;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.TypePattern;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rows that can't have been written like that are refused by the name of their table. */
class DamagedRowTest {
  /** Where in a run's value they are: behind version, chunk and time. */
  private static final int COUNT = 17;

  private static final int FRAGMENTS = 27;
  private static final int FIRST_OFFSET = 31;
  private static final int DONE = 47;

  private final byte[] run = run().encode();

  private static Run run() {
    Run run = new Run(1, 5, 1_000, 70, 3, 9_000, new int[] {13, 60, 5_000, 10});
    run.setDone(3);
    return run;
  }

  @Test
  void shouldReadARunThatIsSound() {
    assertThat(Run.decode(1, run).encode()).isEqualTo(run);
  }

  @Test
  void shouldRefuseARunWithNumbersItCannotHave() {
    assertRefused(COUNT, -1, "run: -1 messages");
    assertRefused(COUNT, 1 << 30, "run: 1073741824 messages");
    assertRefused(FRAGMENTS, -1, "count: -1");
    assertRefused(FRAGMENTS, 1 << 30, "count: 1073741824");
    assertRefused(FIRST_OFFSET, -1, "60 messages at offset -1");
    assertRefused(FIRST_OFFSET + 4, 0, "0 messages at offset 13");
    assertRefused(DONE, 2, "done: 2 messages (expected: 1)");
    assertRefused(DONE, -1, "done: -1 messages");
  }

  private void assertRefused(int at, int number, String expected) {
    byte[] damaged = run.clone();
    ByteBuffer.wrap(damaged).putInt(at, number);
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> Run.decode(1, damaged))
        .withMessageContaining("table RUNS")
        .withMessageContaining(expected);
  }

  @Test
  void shouldRefuseRecordsThatCannotBeInTheirChunk() {
    byte[] chunk = new byte[100];
    for (int at : new int[] {-1, 80, 1 << 30, 0}) { // at 0 there is one of 4 bytes
      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> Run.sizeAt(new MessageRecord(), chunk, at, Table.RUNS))
          .withMessageContaining("table RUNS: record of ")
          .withMessageContaining("at offset " + at);
    }
  }

  @Test
  void shouldRefuseATopicWithARetentionThatCannotBeSet() {
    byte[] sound = new Topic("shop.Added", Retention.DEFAULT).encode();
    byte[] damaged = sound.clone();
    ByteBuffer.wrap(damaged).putLong(1, Long.MIN_VALUE);
    new Topic("shop.Added", Retention.DEFAULT).load(sound);
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> new Topic("shop.Added", Retention.DEFAULT).load(damaged))
        .withMessageContaining("table TOPICS: shop.Added: retention time");
  }

  @Test
  void shouldRefuseADefinitionOfNoKindOrWithNoPattern() {
    byte[] sound =
        new DestinationDefinition(
                1,
                DestinationKind.INBOX,
                "stock",
                "stock",
                List.of(new TypePattern("shop.>")),
                1_000,
                DestinationSettings.NONE)
            .encode();
    for (int at : new int[] {1, 38}) {
      byte[] damaged = sound.clone();
      damaged[at] = 0;
      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> DestinationDefinition.decode(1, damaged))
          .withMessageContaining("table DESTINATIONS");
    }
  }
}
