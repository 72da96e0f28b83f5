package io.parley.client;

/**
 * A completed event with what it emits. The settle and all emitted messages become durable in one
 * commit, or none does.
 *
 * <p>Emitted messages get ids derived from the event's, so that handling it again emits nothing
 * new, and its conversation and id as correlation and causation.
 */
public final class EventCompletion implements EventResult {
  private final Emissions emissions = new Emissions();

  EventCompletion() {}

  /** Publishes an event with the completion. */
  public EventCompletion event(String type, Object body) {
    return event(OutgoingMessage.of(type, body));
  }

  /** Publishes an event with the completion. */
  public EventCompletion event(OutgoingMessage event) {
    emissions.addEvent(event);
    return this;
  }

  /** Sends a command with the completion. */
  public EventCompletion command(String type, Object body) {
    return command(OutgoingMessage.of(type, body));
  }

  /** Sends a command with the completion. */
  public EventCompletion command(OutgoingMessage command) {
    emissions.addCommand(command);
    return this;
  }

  Emissions emissions() {
    return emissions;
  }
}
