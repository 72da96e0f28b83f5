package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code parley queue set} and {@code parley subscription set}. */
@Command(
    name = "set",
    description = {
      "Set what a ${PARENT-COMMAND-NAME} goes by, instead of the broker's settings, at once and durably.",
      "",
      "What isn't given stays as it is; --unset makes all go by the broker's settings again, but what is",
      "given with it."
    },
    footer = {
      "",
      "Examples:",
      "  ${COMMAND-FULL-NAME} cart --max-attempts 5 --back-off-max 1m",
      "  ${COMMAND-FULL-NAME} cart --unset"
    })
final class DestinationSetCommand implements Callable<Integer> {
  private final CliContext context;

  @Mixin private final DestinationParameter destination = new DestinationParameter();

  @Option(
      names = "--max-attempts",
      paramLabel = "N",
      description = "Started handlings that may fail before a message is set aside: 1 to 1000.")
  private @Nullable Integer maxAttempts;

  @Option(
      names = "--back-off-min",
      paramLabel = "TIME",
      description = "Wait after the first failed attempt: 1ms to 1d.")
  private @Nullable Duration backOffMin;

  @Option(
      names = "--back-off-max",
      paramLabel = "TIME",
      description = "Longest wait between attempts: up to 20d.")
  private @Nullable Duration backOffMax;

  @Option(
      names = "--lease",
      paramLabel = "TIME",
      description = "How long a consumer has a message that doesn't say: 1s to 12h.")
  private @Nullable Duration lease;

  @Option(
      names = "--outage-after",
      paramLabel = "N",
      description = "Failures in a row that are taken for an outage; 0 for never.")
  private @Nullable Integer outageAfter;

  @Option(
      names = "--max-messages",
      paramLabel = "N",
      description = "Most messages it holds, dead letters included.")
  private @Nullable Long maxMessages;

  @Option(
      names = "--max-bytes",
      paramLabel = "SIZE",
      description = "Most bytes of messages it holds, such as 10GiB.",
      converter = Sizes.class)
  private @Nullable Long maxBytes;

  @Option(names = "--unset", description = "Forget what was set before.")
  private boolean unset;

  DestinationSetCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Map<String, Object> settings = new LinkedHashMap<>();
    if (unset) {
      settings.put("unset", "true");
    }
    put(settings, "maxAttempts", maxAttempts);
    put(settings, "backOffMinMs", backOffMin == null ? null : backOffMin.toMillis());
    put(settings, "backOffMaxMs", backOffMax == null ? null : backOffMax.toMillis());
    put(settings, "leaseMs", lease == null ? null : lease.toMillis());
    put(settings, "outageAfter", outageAfter);
    put(settings, "maxMessages", maxMessages);
    put(settings, "maxBytes", maxBytes);
    JsonObject condition = context.admin().post(destination.path() + "/settings", settings);
    context
        .output()
        .tell(
            condition,
            "Set for " + destination.words() + ": " + DestinationSettingsText.of(condition) + ".");
    return ExitCode.OK;
  }

  private static void put(Map<String, Object> settings, String name, @Nullable Number value) {
    if (value != null) {
      settings.put(name, value.toString());
    }
  }
}
