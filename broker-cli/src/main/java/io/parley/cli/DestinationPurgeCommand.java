package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Text;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code parley queue purge} and {@code parley subscription purge}. */
@Command(
    name = "purge",
    description = {
      "End messages of a ${PARENT-COMMAND-NAME} for good that nobody has in hand.",
      "",
      "Waiting commands end as CANCELLED, and their senders are told. Asks first, unless told --yes."
    },
    footer = {
      "",
      "Examples:",
      "  ${COMMAND-FULL-NAME} cart --state ready --dry-run",
      "  ${COMMAND-FULL-NAME} cart --state ready --type shop.cart.AddProduct --older-than 2d --yes",
      "  ${COMMAND-FULL-NAME} cart --state dead --older-than 20d --yes"
    })
final class DestinationPurgeCommand implements Callable<Integer> {
  private final CliContext context;

  @Mixin private final DestinationParameter destination = new DestinationParameter();

  /** Which messages. */
  enum State {
    ready,
    delayed,
    dead
  }

  @Option(
      names = "--state",
      paramLabel = "STATE",
      required = true,
      description = "ready, delayed or dead.")
  private State state = State.ready;

  @Option(
      names = "--older-than",
      paramLabel = "TIME",
      description = "Only those stored longer ago.")
  private @Nullable Duration olderThan;

  @Option(names = "--type", paramLabel = "TYPE", description = "Only those of this type.")
  private @Nullable String type;

  @Option(names = "--dry-run", description = "Only say how many.")
  private boolean dryRun;

  @Option(names = "--yes", description = "Don't ask.")
  private boolean yes;

  DestinationPurgeCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    long meant = purge(true);
    String what = Text.counted(meant, state.name() + " message") + " of " + destination.words();
    if (dryRun) {
      tell(meant, "Would purge " + what + ".");
      return ExitCode.OK;
    }
    if (!yes && !context.output().confirm("Really purge " + what + "?")) {
      context.output().note("Nothing done.");
      return ExitCode.NO;
    }
    long purged = purge(false);
    tell(purged, "Purged " + Text.counted(purged, state.name() + " message") + ".");
    return ExitCode.OK;
  }

  private long purge(boolean onlyCount) {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("state", state.name());
    request.put("dryRun", String.valueOf(onlyCount));
    if (type != null) {
      request.put("type", type);
    }
    if (olderThan != null) {
      request.put("olderThanMs", String.valueOf(olderThan.toMillis()));
    }
    return context.admin().post(destination.path() + "/purge", request).number("purged");
  }

  private void tell(long count, String sentence) {
    if (context.output().isJson()) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("purged", count);
      result.put("dryRun", dryRun);
      context.output().json(result);
    } else {
      context.output().line(sentence);
    }
  }
}
