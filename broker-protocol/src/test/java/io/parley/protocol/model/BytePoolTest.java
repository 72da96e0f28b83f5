package io.parley.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BytePoolTest {
  private final BytePool pool = new BytePool(8 * 1024 * 1024);

  @ParameterizedTest
  @CsvSource({
    "0, 256",
    "256, 256",
    "257, 320",
    "320, 320",
    "321, 384",
    "512, 512",
    "513, 640",
    "65536, 65536",
    "65537, 81920",
    "4194304, 4194304",
    "4194305, 4194305"
  })
  void shouldRoundUpByAQuarterAtMostUnlessItIsLarge(int asked, int got) {
    assertThat(pool.take(asked).array()).hasSize(got);
  }

  @Test
  void shouldUseAnArrayAgainOnceItsLastHolderLetGo() {
    PooledBytes bytes = pool.take(1_000);
    bytes.retain();
    bytes.release();
    assertThat(pool.take(1_000).array()).isNotSameAs(bytes.array());
    bytes.release();
    assertThat(pool.take(600).array()).isSameAs(bytes.array());
    assertThat(pool.keptBytes()).isZero();
  }

  @Test
  void shouldNotUseALargeArrayAgain() {
    PooledBytes bytes = pool.take(BytePool.LARGEST_BYTES + 1);
    bytes.release();
    assertThat(pool.keptBytes()).isZero();
  }

  @Test
  void shouldRefuseOneHolderTooFew() {
    PooledBytes bytes = PooledBytes.of(new byte[1]);
    bytes.release();
    assertThatThrownBy(bytes::release).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldTakeALargerArrayThatWaitsButNoneThatIsMoreThanTwiceAsLarge() {
    PooledBytes bytes = pool.take(1_024);
    bytes.release();
    assertThat(pool.take(448)).isNotSameAs(bytes);
    assertThat(pool.take(449)).isSameAs(bytes);
  }

  @Test
  void shouldKeepNoMoreThanItMayAndRatherThoseThatGoBackNow() {
    BytePool small = new BytePool(1_024);
    PooledBytes large = small.take(1_024);
    PooledBytes[] taken = {small.take(512), small.take(512), small.take(512)};
    large.release();
    assertThat(small.keptBytes()).isEqualTo(1_024);
    taken[0].release();
    assertThat(small.keptBytes()).as("the large one gave way").isEqualTo(512);
    taken[1].release();
    taken[2].release();
    assertThat(small.keptBytes()).as("no room for the third").isEqualTo(1_024);
    small.take(2_048).release();
    assertThat(small.keptBytes()).as("what never fits takes no room").isEqualTo(1_024);
  }

  @Test
  void shouldTellABatchesHolderApartFromTheNext() {
    PooledBytes bytes = pool.take(100);
    MessageBatch batch = new MessageBatch(bytes.array(), 10, 30, 1, bytes);
    batch.release();
    assertThat(pool.take(100)).isSameAs(bytes);
    MessageBatch.EMPTY.release(); // of no pool: nothing to do
  }
}
