package io.parley.engine.store;

class InMemoryStoreTest extends StoreContract {
  private final InMemoryStore store = new InMemoryStore();

  @Override
  protected Store open() {
    store.reopen();
    return store;
  }
}
