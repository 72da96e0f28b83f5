package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Output;
import io.parley.cli.console.Table;
import io.parley.cli.console.Text;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code parley subscription list}. */
@Command(
    name = "list",
    description = {
      "List all subscriptions with what their inboxes hold.",
      "",
      "LAST SEEN is when a consumer was there last (UTC); a subscription whose service is gone",
      "for good keeps collecting events until it is removed."
    },
    footer = {
      "",
      "Examples:",
      "  parley subscription list",
      "  parley subscription list -o json | jq '.subscriptions[] | select(.consumers == 0)'"
    })
final class SubscriptionListCommand implements Callable<Integer> {
  private final CliContext context;

  SubscriptionListCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Output output = context.output();
    JsonObject answer = context.admin().get("/subscriptions");
    if (output.isJson()) {
      output.json(answer);
      return ExitCode.OK;
    }
    Table table =
        Table.of(
            "~SUBSCRIPTION",
            "~PATTERNS",
            ">READY",
            ">LEASED",
            ">DELAYED",
            ">DEAD",
            ">CONSUMERS",
            "LAST SEEN");
    for (JsonObject subscription : answer.objects("subscriptions")) {
      String lastSeen = subscription.textOrNull("lastSeen");
      table.row(
          subscription.text("name"),
          String.join(" ", subscription.texts("patterns")),
          subscription.number("ready"),
          subscription.number("leased"),
          subscription.number("delayed"),
          subscription.number("deadLetters"),
          subscription.number("consumers"),
          lastSeen == null ? "never" : Text.time(lastSeen));
    }
    output.table(table, "No subscriptions yet: a service that subscribes to events makes one.");
    return ExitCode.OK;
  }
}
