package io.parley.engine.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CrashingStoreTest extends StoreContract {
  private final InMemoryStore disk = new InMemoryStore();

  @Override
  protected Store open() {
    disk.reopen();
    return new CrashingStore(disk, 1);
  }

  @Test
  void shouldForgetOpenTransactionWhenItCrashes() {
    CrashingStore crashing = (CrashingStore) store;
    putAll(Table.META, "committed");
    Transaction open = store.begin();
    open.put(Table.META, bytes("open"), bytes("1"));

    crashing.crash();

    assertThatThrownBy(() -> store.commit(open)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> store.get(Table.META, bytes("committed")))
        .isInstanceOf(StoreException.class);
    store.reopen();
    assertThat(keys(Table.META, bytes(""), null)).containsExactly("committed");
  }

  @Test
  void shouldKeepAllOrNothingOfTheTransactionInFlight() {
    Set<Set<String>> seen = new HashSet<>();
    for (long seed = 0; seed < 20; seed++) {
      InMemoryStore survivor = new InMemoryStore();
      CrashingStore crashing = new CrashingStore(survivor, seed);
      crashing.crashAfterCommits(1);
      crashing.commit(putTwo(crashing, "first"));
      Transaction inFlight = putTwo(crashing, "second");
      assertThatThrownBy(() -> crashing.commit(inFlight)).isInstanceOf(StoreException.class);
      assertThat(crashing.isCrashed()).isTrue();
      crashing.reopen();

      Set<String> found = new HashSet<>();
      crashing.scan(Table.META, bytes(""), null, (key, value) -> found.add(new String(key, UTF_8)));
      seen.add(found);
    }
    assertThat(seen)
        .containsExactlyInAnyOrder(
            Set.of("first-a", "first-b"), Set.of("first-a", "first-b", "second-a", "second-b"));
  }

  @Test
  void shouldFailCommitsUntilThereIsSpaceAndItWasReopened() {
    CrashingStore crashing = (CrashingStore) store;
    putAll(Table.META, "before");
    crashing.fillDisk();

    assertThatThrownBy(() -> putAll(Table.META, "refused")).isInstanceOf(StoreException.class);
    assertThat(store.get(Table.META, bytes("before"))).isNotNull();
    assertThatThrownBy(store::reopen).isInstanceOf(StoreException.class);
    crashing.freeSpace();
    assertThatThrownBy(store::begin).isInstanceOf(StoreException.class);

    store.reopen();
    putAll(Table.META, "after");
    assertThat(keys(Table.META, bytes(""), null)).contains("before", "after");
  }

  private static Transaction putTwo(Store store, String name) {
    Transaction transaction = store.begin();
    transaction.put(Table.META, bytes(name + "-a"), bytes("1"));
    transaction.put(Table.META, bytes(name + "-b"), bytes("2"));
    return transaction;
  }
}
