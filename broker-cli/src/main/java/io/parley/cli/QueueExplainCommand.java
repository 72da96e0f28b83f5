package io.parley.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code parley queue explain}. */
@Command(
    name = "explain",
    description = {
      "Say why a queue's messages are where they are: who consumes and could take more, and for"
          + " each",
      "of the first messages what it waits for."
    },
    footer = {
      "",
      "Examples:",
      "  parley queue explain cart",
      "  parley queue explain cart --limit 50 -o json | jq -r '.messages[].reason'"
    })
final class QueueExplainCommand implements Callable<Integer> {
  private final CliContext context;

  @Parameters(paramLabel = "QUEUE", description = "The queue's name.")
  private String name = "";

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "How many of the first messages, and of the first delayed ones.")
  private int limit = 10;

  QueueExplainCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    return DestinationExplanations.show(context, "/queues", name, limit);
  }
}
