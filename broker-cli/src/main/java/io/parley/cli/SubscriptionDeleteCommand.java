package io.parley.cli;

import io.parley.cli.admin.AdminApi;
import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Text;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code parley subscription delete}. */
@Command(
    name = "delete",
    description = {
      "Delete a subscription with all that is in its inbox, for good.",
      "",
      "Refused while it has consumers: stop them first. A service that subscribes later gets a new one.",
      "If this is cut short, say it again. Asks first, unless told --yes."
    },
    footer = {
      "",
      "Examples:",
      "  parley catalog show --orphans",
      "  parley subscription delete billing --dry-run",
      "  parley subscription delete billing --yes"
    })
final class SubscriptionDeleteCommand implements Callable<Integer> {
  private final CliContext context;

  @Parameters(paramLabel = "NAME", description = "The subscription's name.")
  private String name = "";

  @Option(names = "--dry-run", description = "Only say what would happen.")
  private boolean dryRun;

  @Option(names = "--yes", description = "Don't ask.")
  private boolean yes;

  SubscriptionDeleteCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    JsonObject meant = delete(true);
    String what =
        "subscription '"
            + name
            + "' with "
            + Text.counted(meant.number("ended"), "message")
            + " in its inbox";
    if (dryRun) {
      context.output().tell(meant, "Would delete " + what + ".");
      return ExitCode.OK;
    }
    if (!yes && !context.output().confirm("Really delete " + what + "?")) {
      context.output().note("Nothing done.");
      return ExitCode.NO;
    }
    context.output().tell(delete(false), "Deleted " + what + ".");
    return ExitCode.OK;
  }

  private JsonObject delete(boolean onlySay) {
    return context
        .admin()
        .post(
            "/subscriptions/" + AdminApi.escaped(name) + "/delete",
            Map.of("dryRun", String.valueOf(onlySay)));
  }
}
