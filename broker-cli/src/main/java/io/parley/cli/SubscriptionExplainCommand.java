package io.parley.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code parley subscription explain}. */
@Command(
    name = "explain",
    description = {
      "Say why a subscription's messages are where they are: who consumes and could take more, and"
          + " for each",
      "of the first messages what it waits for."
    },
    footer = {
      "",
      "Examples:",
      "  parley subscription explain cart",
      "  parley subscription explain cart --limit 50 -o json | jq -r '.messages[].reason'"
    })
final class SubscriptionExplainCommand implements Callable<Integer> {
  private final CliContext context;

  @Parameters(paramLabel = "SUBSCRIPTION", description = "The subscription's name.")
  private String name = "";

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "How many of the first messages, and of the first delayed ones.")
  private int limit = 10;

  SubscriptionExplainCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    return DestinationExplanations.show(context, "/subscriptions", name, limit);
  }
}
