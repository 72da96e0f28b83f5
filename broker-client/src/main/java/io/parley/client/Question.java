package io.parley.client;

import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Payload;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A query somebody asked this responder, and what is known about it. Any thread may use it. */
public interface Question {
  /** Its identity. */
  MessageId id();

  /** Name of its type. */
  String type();

  /** The conversation it was asked in, or null. */
  @Nullable MessageId correlationId();

  /** Filter values by name; not changeable. */
  Map<String, String> filters();

  /** One filter's value, or null. */
  default @Nullable String filter(String name) {
    return filters().get(name);
  }

  /** Number of the page wanted, from 0. */
  int page();

  /** Most items wanted; 0 leaves it to the responder. */
  int pageSize();

  /**
   * Behind which page to begin, where it is answered in pages: a cursor this type's responders gave
   * with that page; empty for the first page.
   */
  String cursor();

  /** The query's body as it is, copied at each call. */
  Payload payload();

  /** Time until the asker stops waiting; zero if it did. */
  Duration timeLeft();

  /** When the asker stops waiting. The handler's thread is within it by itself. */
  Deadline deadline();

  /** Whether nobody waits for the answer any more. */
  boolean isCancelled();
}
