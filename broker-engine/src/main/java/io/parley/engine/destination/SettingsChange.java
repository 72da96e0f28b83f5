package io.parley.engine.destination;

import org.jspecify.annotations.Nullable;

/**
 * A change of what operators set for one queue or inbox. Names what it changes, so that two of them
 * made at the same moment both hold.
 *
 * @param paused whether nothing is handed out; null to leave that as it is
 * @param given what is set by it
 * @param unsetsOthers whether all that isn't given goes by the broker's settings again; else it
 *     stays as it is
 */
public record SettingsChange(
    @Nullable Boolean paused, DestinationSettings given, boolean unsetsOthers) {

  /** Exactly these, whatever was set before. */
  public static SettingsChange to(DestinationSettings settings) {
    return new SettingsChange(settings.paused(), settings, true);
  }

  /** Pauses or resumes, and leaves all else. */
  public static SettingsChange toPaused(boolean paused) {
    return new SettingsChange(paused, DestinationSettings.NONE, false);
  }

  /** What is set after it. */
  public DestinationSettings applyTo(DestinationSettings before) {
    return new DestinationSettings(
        paused == null ? before.paused() : paused,
        keeps(given.maxAttempts() == 0) ? before.maxAttempts() : given.maxAttempts(),
        keeps(given.backOffMinMs() == 0) ? before.backOffMinMs() : given.backOffMinMs(),
        keeps(given.backOffMaxMs() == 0) ? before.backOffMaxMs() : given.backOffMaxMs(),
        keeps(given.leaseMs() == 0) ? before.leaseMs() : given.leaseMs(),
        keeps(given.outageAfter() == DestinationSettings.NOT_SET)
            ? before.outageAfter()
            : given.outageAfter(),
        keeps(given.maxMessages() == 0) ? before.maxMessages() : given.maxMessages(),
        keeps(given.maxBytes() == 0) ? before.maxBytes() : given.maxBytes());
  }

  private boolean keeps(boolean notGiven) {
    return notGiven && !unsetsOthers;
  }
}
