package io.parley.client;

import java.time.Duration;

/**
 * What a handler says of a command: done, refused, failed, or given back.
 *
 * <pre>{@code
 * return CommandResult.complete(cart).event("shop.cart.ProductAddedToCart", added);
 * return CommandResult.reject(CommandResult.FORBIDDEN, "no customer");
 * }</pre>
 */
public sealed interface CommandResult permits CommandCompletion, Rejected, Failed, Released {
  /** The sender may not do this. */
  String FORBIDDEN = "FORBIDDEN";

  /** Not allowed in the present state; may be allowed later. */
  String NOT_ALLOWED_NOW = "NOT_ALLOWED_NOW";

  /** Makes no sense as it is. */
  String INVALID = "INVALID";

  /** Done. Emitted messages can be added; all of it becomes durable in one commit. */
  static CommandCompletion complete() {
    return new CommandCompletion(null);
  }

  /**
   * Done, with a result for the sender.
   *
   * @param result for the client's {@link PayloadCodec}
   */
  static CommandCompletion complete(Object result) {
    return new CommandCompletion(result);
  }

  /**
   * Refused for good. No retry, no dead letter, no alarm: the sender learns it from the outcome.
   * Throwing {@link RejectedException} does the same.
   *
   * @param code {@link #FORBIDDEN}, {@link #NOT_ALLOWED_NOW}, {@link #INVALID} or the application's
   *     own; 1 to 200 bytes
   * @param reason for people
   */
  static CommandResult reject(String code, String reason) {
    return new Rejected(code, reason);
  }

  /**
   * The attempt failed; tried again after the queue's back-off, dead-lettered after its last
   * attempt. Throwing any exception does the same.
   *
   * @param errorClass what kind of error; equal ones are shown together
   */
  static CommandResult fail(String errorClass, String message) {
    return new Failed(errorClass, message, Failed.BACK_OFF, false);
  }

  /** The attempt failed; tried again after this time. */
  static CommandResult fail(String errorClass, String message, Duration retryAfter) {
    return new Failed(errorClass, message, retryAfter.toMillis(), false);
  }

  /** The attempt failed and no retry can help: becomes a dead letter now. */
  static CommandResult deadLetter(String errorClass, String message) {
    return new Failed(errorClass, message, Failed.BACK_OFF, true);
  }

  /** Given back untouched; the attempt doesn't count. */
  static CommandResult release() {
    return Released.INSTANCE;
  }
}
