package io.parley.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code parley queue explain} and {@code parley subscription explain}. */
@Command(
    name = "explain",
    description = {
      "Say why messages of a ${PARENT-COMMAND-NAME} are where they are: who consumes and could take",
      "more, and for each of the first messages what it waits for."
    },
    footer = {
      "",
      "Examples:",
      "  ${COMMAND-FULL-NAME} cart",
      "  ${COMMAND-FULL-NAME} cart --limit 50 -o json | jq -r '.messages[].reason'"
    })
final class DestinationExplainCommand implements Callable<Integer> {
  private final CliContext context;

  @Mixin private final DestinationParameter destination = new DestinationParameter();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "How many of the first messages, and of the first delayed ones.")
  private int limit = 10;

  DestinationExplainCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    return DestinationExplanations.show(context, destination.path(), limit);
  }
}
