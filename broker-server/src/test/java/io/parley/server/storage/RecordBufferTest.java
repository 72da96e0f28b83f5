package io.parley.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RecordBufferTest {
  private static final byte[] NO_KEY = {};

  private final RecordBuffer.Pool pool = new RecordBuffer.Pool();

  @Test
  void shouldUseAgainWhatManyRecordsBehindASlowSyncWereIn() {
    List<RecordBuffer> records = take(24);
    records.forEach(pool::giveBack);
    assertThat(take(24)).containsExactlyInAnyOrderElementsOf(records);
  }

  @Test
  void shouldKeepTheLargestOfNoMoreThan24Mebibytes() {
    List<RecordBuffer> small = take(100);
    List<RecordBuffer> large = take(16);
    for (RecordBuffer record : large) {
      record.add(NO_KEY, new byte[1_500_000], 0, 1_500_000);
    }
    large.forEach(pool::giveBack);
    small.forEach(pool::giveBack);
    large.forEach(record -> assertThat(pool.take()).isIn(large));
    assertThat(take(100)).filteredOn(small::contains).hasSizeBetween(1, 20);
  }

  @Test
  void shouldGrowNoOtherWhereThereIsALargeOne() {
    RecordBuffer small = pool.take();
    RecordBuffer large = pool.take();
    large.add(NO_KEY, new byte[1_500_000], 0, 1_500_000);
    pool.giveBack(large);
    pool.giveBack(small);
    assertThat(pool.take()).isSameAs(large);
  }

  @Test
  void shouldHoldNothingOfWhatWasInOneThatIsUsedAgain() {
    RecordBuffer record = pool.take();
    record.add(NO_KEY, new byte[5_000_000], 0, 5_000_000);
    pool.giveBack(record);
    RecordBuffer again = pool.take();
    assertThat(again).isSameAs(record);
    assertThat(again.chunkBytes()).isZero();
  }

  @Test
  void shouldTakeLargeOnesFromTheHeap() {
    RecordBuffer small = pool.take();
    small.add(NO_KEY, new byte[1_500_000], 0, 1_500_000);
    RecordBuffer large = pool.take();
    large.add(NO_KEY, new byte[1_000], 0, 1_000);
    large.add(NO_KEY, new byte[5_000_000], 0, 5_000_000);

    assertThat(small.blocks().isDirect()).isTrue();
    assertThat(large.blocks().isDirect()).isFalse();
    assertThat(large.copy(JournalRecord.HEADER_BYTES, 1_000)).hasSize(1_000);
  }

  private List<RecordBuffer> take(int count) {
    return new ArrayList<>(IntStream.range(0, count).mapToObj(i -> pool.take()).toList());
  }
}
