package io.parley.examples.retail;

import io.parley.protocol.model.MessageId;
import java.util.HashSet;
import java.util.Set;

/**
 * The ids of the events a view has taken in. Parley delivers at least once: a subscriber that took
 * in an event, but lost its broker before it could say so, gets the event again. The id tells.
 *
 * <p>A service keeps these ids in the database of its view, as a unique key written in the same
 * transaction as what the event changed. They are all kept here, so that the demo can prove that
 * none is missing; a service keeps them as long as its broker may repeat a message.
 *
 * <p>Not thread-safe: guarded by its view.
 */
final class AppliedEvents {
  private final Set<MessageId> ids = new HashSet<>();
  private long suppressed;

  /** Whether the event is new and must be applied; if not, it is counted as suppressed. */
  boolean isNew(MessageId event) {
    boolean isNew = ids.add(event);
    if (!isNew) {
      suppressed++;
    }
    return isNew;
  }

  boolean contains(MessageId event) {
    return ids.contains(event);
  }

  /** Events applied. */
  long count() {
    return ids.size();
  }

  /** Repeated events that were not applied again. */
  long suppressed() {
    return suppressed;
  }
}
