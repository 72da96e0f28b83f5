package io.parley.cli;

import io.parley.cli.admin.AdminApi;
import io.parley.cli.console.Details;
import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Output;
import io.parley.cli.console.Text;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code parley subscription show}. */
@Command(
    name = "show",
    description = "Show one subscription: whose it is, what it wants, what its inbox holds.",
    footer = {
      "",
      "Examples:",
      "  parley subscription show billing",
      "  parley subscription show billing -o json"
    })
final class SubscriptionShowCommand implements Callable<Integer> {
  private final CliContext context;

  @Parameters(paramLabel = "SUBSCRIPTION", description = "The subscription's name.")
  private String name = "";

  SubscriptionShowCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Output output = context.output();
    JsonObject subscription = context.admin().get("/subscriptions/" + AdminApi.escaped(name));
    if (output.isJson()) {
      output.json(subscription);
      return ExitCode.OK;
    }
    String lastSeen = subscription.textOrNull("lastSeen");
    output.lines(
        new Details()
            .add("Subscription", subscription.text("name"))
            .add("Service", subscription.text("service"))
            .addAll("Patterns", subscription.texts("patterns"))
            .add("Ready", subscription.number("ready"))
            .add("Leased", subscription.number("leased"))
            .add("Delayed", subscription.number("delayed"))
            .add("Dead letters", subscription.number("deadLetters"))
            .add("Size", Text.bytes(subscription.number("bytes")))
            .add(
                "State",
                DestinationSettingsText.state(subscription)
                    + (subscription.isTrue("catchingUp") ? ", catching up from the topics" : ""))
            .add("Set", DestinationSettingsText.of(subscription))
            .add("Consumers", subscription.number("consumers"))
            .add("Created", Text.time(subscription.text("created")) + " UTC")
            .add("Last seen", lastSeen == null ? "never" : Text.time(lastSeen) + " UTC")
            .lines());
    return ExitCode.OK;
  }
}
