package io.parley.server.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A queue as an operator sees it.
 *
 * @param name the queue's name, or the type's where {@code unowned}
 * @param service the owner; null where {@code unowned}
 * @param types command types it owns, sorted
 * @param ready messages waiting for a consumer
 * @param leased messages in consumers' hands
 * @param delayed messages waiting for their time
 * @param deadLetters messages set aside
 * @param bytes records of all these, in bytes
 * @param consumers open consumers of all connections
 * @param nextSequence sequence the next message will get
 * @param unowned whether this is a command type nobody owns yet, and not a queue
 * @param condition whether it is paused, and the like
 */
public record QueueInfo(
    String name,
    @Nullable String service,
    List<String> types,
    long ready,
    long leased,
    long delayed,
    long deadLetters,
    long bytes,
    int consumers,
    long nextSequence,
    boolean unowned,
    DestinationCondition condition) {

  /** Copies the list. */
  public QueueInfo {
    types = List.copyOf(types);
  }
}
