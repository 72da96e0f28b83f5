package io.parley.engine.sequencer;

import io.parley.engine.Engine;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.store.StoreException;

/** Where changes of a namespace are submitted. Safe for use by any thread; never blocks. */
public interface Sequencer {
  /**
   * Has an operation applied, after those this thread submitted before.
   *
   * @param reply called by the owner thread once what the operation changed is durable
   */
  void submit(Operation operation, Reply reply);

  /**
   * Runs something on the owner thread that tells others what it sees: between groups, after what
   * this thread submitted before, and when all that was applied is durable. While the store is
   * unavailable it sees what was durable before; the task is dropped if that can't be read.
   */
  void execute(Task task);

  /**
   * Runs something on the owner thread that changes what is memory alone and tells nobody, such as
   * credit: after what this thread submitted before is applied, durable or not. While the store is
   * unavailable the task is dropped.
   */
  void adjust(Task task);

  /** Bytes of operations that wait or are being committed. */
  long bytesInFlight();

  /**
   * A lane for the operations of one connection: once one of them failed, so do all that are
   * submitted by it afterwards.
   *
   * <p>A producer session needs this. If the store failed on its first batch and worked again for
   * its second, the second would be taken for the start of the session, and the first, sent again,
   * for one that is stored already.
   */
  Sequencer lane();

  /** Told what became of an operation. Must not block. */
  interface Reply {
    /** It is durable, or refused. */
    void done(Result result);

    /** It may or may not be durable: the store failed. */
    void failed(StoreException why);
  }

  /** Something to run on the owner thread. Must not block. */
  @FunctionalInterface
  interface Task {
    /** Runs with the engine of the moment, which another one replaces after the store failed. */
    void run(Engine engine);

    /** Called instead if the store failed before it was its turn. */
    default void dropped(StoreException why) {}
  }
}
