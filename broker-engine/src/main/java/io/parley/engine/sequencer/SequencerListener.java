package io.parley.engine.sequencer;

import io.parley.engine.Engine;
import io.parley.engine.destination.Destination;
import io.parley.engine.intake.CausedMessage;
import io.parley.engine.outcome.OutcomeLedger;
import io.parley.engine.store.StoreException;
import java.util.List;

/** Is told by the owner thread what was committed, and of trouble. Must not block. */
public interface SequencerListener {
  /**
   * A group is durable.
   *
   * @param operations how many it had
   * @param bytes of operations, roughly
   * @param applyNanos time spent on applying them
   * @param commitNanos time from there until the group was durable
   */
  void committed(int operations, long bytes, long applyNanos, long commitNanos);

  /** Outcomes became durable. */
  void outcomes(List<OutcomeLedger.Entry> recorded);

  /** Messages of conversations became durable. */
  default void caused(List<CausedMessage> messages) {}

  /** All that is handled in this queue or inbox fails: an outage began, and that is durable. */
  default void outageBegan(Destination destination) {}

  /** The store failed: everything in flight fails, all leases are void, nothing is accepted. */
  void unavailable(StoreException why);

  /** The store works (again), with a new engine. */
  void available(Engine engine);
}
