package io.parley.client;

import org.jspecify.annotations.Nullable;

/**
 * A completed command with its result and what it emits. The settle, the outcome and all emitted
 * messages become durable in one commit, or none does.
 *
 * <p>Emitted messages get ids derived from the command's, so that handling it again emits nothing
 * new, and its conversation and id as correlation and causation.
 */
public final class CommandCompletion implements CommandResult {
  private final @Nullable Object result;
  private final Emissions emissions = new Emissions();

  CommandCompletion(@Nullable Object result) {
    this.result = result;
  }

  /** Publishes an event with the completion. */
  public CommandCompletion event(String type, Object body) {
    return event(OutgoingMessage.of(type, body));
  }

  /** Publishes an event with the completion. */
  public CommandCompletion event(OutgoingMessage event) {
    emissions.addEvent(event);
    return this;
  }

  /** Sends a command with the completion. */
  public CommandCompletion command(String type, Object body) {
    return command(OutgoingMessage.of(type, body));
  }

  /** Sends a command with the completion. */
  public CommandCompletion command(OutgoingMessage command) {
    emissions.addCommand(command);
    return this;
  }

  @Nullable Object result() {
    return result;
  }

  Emissions emissions() {
    return emissions;
  }
}
