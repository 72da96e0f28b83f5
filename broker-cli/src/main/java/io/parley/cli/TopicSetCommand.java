package io.parley.cli;

import io.parley.cli.admin.AdminApi;
import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Problem;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code parley topic set}. */
@Command(
    name = "set",
    description = {
      "Set how long a topic keeps its events, instead of the broker's settings, at once and durably.",
      "",
      "What isn't given stays as it is; --unset makes all go by the broker's settings again, but what is",
      "given with it. Events that are older, or more, than the topic is to keep go within a second;",
      "inboxes that have them keep them."
    },
    footer = {
      "",
      "Examples:",
      "  parley topic set shop.cart.CartCheckedOut --retention 30d --retention-bytes 10GiB",
      "  parley topic set shop.Heartbeat --retention 0s",
      "  parley topic set shop.Heartbeat --unset"
    })
final class TopicSetCommand implements Callable<Integer> {
  private final CliContext context;

  @Parameters(paramLabel = "TYPE", description = "The event type.")
  private String type = "";

  @Option(
      names = "--retention",
      paramLabel = "TIME",
      description = "How long: 0s for only until all inboxes have settled, up to 3650d.",
      converter = Durations.UpToYears.class)
  private @Nullable Duration retention;

  @Option(
      names = "--retention-bytes",
      paramLabel = "SIZE",
      description = "How many bytes of events at most, such as 10GiB.",
      converter = Sizes.class)
  private @Nullable Long retentionBytes;

  @Option(names = "--unset", description = "Forget what was set before.")
  private boolean unset;

  TopicSetCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if (retention == null && retentionBytes == null && !unset) {
      throw Problem.usage(
          "set what? (expected: --retention, --retention-bytes or --unset)",
          "See 'parley topic set --help'.");
    }
    String path = "/topics/" + AdminApi.escaped(type);
    Map<String, Object> settings = new LinkedHashMap<>();
    if (!unset) {
      JsonObject now = context.admin().get(path).object("settings");
      now.fields().forEach((name, value) -> settings.put(name, String.valueOf(value)));
    }
    if (retention != null) {
      settings.put("retentionMs", String.valueOf(retention.toMillis()));
    }
    if (retentionBytes != null) {
      settings.put("retentionBytes", String.valueOf(retentionBytes));
    }
    JsonObject topic = context.admin().post(path + "/settings", settings);
    context
        .output()
        .tell(topic, "Topic '" + type + "' retains: " + TopicShowCommand.retention(topic) + ".");
    return ExitCode.OK;
  }
}
