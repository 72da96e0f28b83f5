package io.parley.client;

import java.time.Duration;

/**
 * What a handler says of an event: done, failed, or given back. An event states a fact, so there is
 * no way to reject it.
 */
public sealed interface EventResult permits EventCompletion, Failed, Released {
  /** Done. Emitted messages can be added; all of it becomes durable in one commit. */
  static EventCompletion complete() {
    return new EventCompletion();
  }

  /**
   * The attempt failed; tried again after the inbox's back-off, dead-lettered after its last
   * attempt. Throwing any exception does the same.
   *
   * @param errorClass what kind of error; equal ones are shown together
   */
  static EventResult fail(String errorClass, String message) {
    return new Failed(errorClass, message, Failed.BACK_OFF, false);
  }

  /** The attempt failed; tried again after this time. */
  static EventResult fail(String errorClass, String message, Duration retryAfter) {
    return new Failed(errorClass, message, retryAfter.toMillis(), false);
  }

  /** The attempt failed and no retry can help: becomes a dead letter now. */
  static EventResult deadLetter(String errorClass, String message) {
    return new Failed(errorClass, message, Failed.BACK_OFF, true);
  }

  /** Given back untouched; the attempt doesn't count. */
  static EventResult release() {
    return Released.INSTANCE;
  }
}
