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
    "257, 512",
    "65536, 65536",
    "65537, 131072",
    "2097152, 2097152",
    "2097153, 2097153"
  })
  void shouldRoundUpToAPowerOfTwoUnlessItIsLarge(int asked, int got) {
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
  void shouldStartAfreshWhenMoreWouldWaitThanItMayKeep() {
    BytePool small = new BytePool(1_024);
    PooledBytes[] taken = {small.take(256), small.take(512), small.take(256), small.take(256)};
    for (int i = 0; i < 3; i++) {
      taken[i].release();
    }
    assertThat(small.keptBytes()).isEqualTo(1_024);
    taken[3].release();
    assertThat(small.keptBytes()).isEqualTo(256);
    small.take(2_048).release();
    assertThat(small.keptBytes()).isZero();
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
