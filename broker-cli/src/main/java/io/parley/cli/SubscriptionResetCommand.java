package io.parley.cli;

import io.parley.cli.admin.AdminApi;
import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Text;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code parley subscription reset}. */
@Command(
    name = "reset",
    description = {
      "Have a subscription begin again with the events its topics retain.",
      "",
      "What waits in its inbox ends; then it gets the events stored at that time or later, in order. Dead",
      "letters stay, and what consumers have in hand is theirs. Asks first, unless told --yes."
    },
    footer = {
      "",
      "Examples:",
      "  parley subscription reset billing --to earliest --dry-run",
      "  parley subscription reset billing --to 2h",
      "  parley subscription reset billing --to 2026-01-31T09:30:00Z --yes",
      "  parley subscription reset billing --to now --yes"
    })
final class SubscriptionResetCommand implements Callable<Integer> {
  private final CliContext context;

  @Parameters(paramLabel = "SUBSCRIPTION", description = "The subscription's name.")
  private String name = "";

  @Option(
      names = "--to",
      paramLabel = "WHEN",
      required = true,
      description = "earliest, now, so long ago (2h), or a time (2026-01-31T09:30:00Z).",
      converter = StartingPoint.Converter.class)
  private StartingPoint to = StartingPoint.NOW;

  @Option(names = "--dry-run", description = "Only say what would happen.")
  private boolean dryRun;

  @Option(names = "--yes", description = "Don't ask.")
  private boolean yes;

  SubscriptionResetCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    JsonObject meant = reset(true);
    String what =
        Text.counted(meant.number("ended"), "waiting event")
            + " of subscription '"
            + name
            + "' end, and it gets "
            + (meant.isTrue("more") ? "more than " : "")
            + Text.counted(meant.number("replayed"), "retained event");
    if (dryRun) {
      context.output().tell(meant, "Would reset: " + what + ".");
      return ExitCode.OK;
    }
    if (!yes && !context.output().confirm("Really? " + what + ".")) {
      context.output().note("Nothing done.");
      return ExitCode.NO;
    }
    context.output().tell(reset(false), "Reset: " + what + ".");
    return ExitCode.OK;
  }

  private JsonObject reset(boolean onlySay) {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("to", to.text());
    request.put("dryRun", String.valueOf(onlySay));
    return context.admin().post("/subscriptions/" + AdminApi.escaped(name) + "/reset", request);
  }
}
