package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code parley drain start}. */
@Command(
    name = "start",
    description = {
      "Take no new commands and events from clients, before maintenance or a move.",
      "",
      "What is there is handed out and settled as ever, with all that handlers emit; queries go on.",
      "Senders get DRAINING and may try again; /health/ready says so. A restart ends it, too."
    },
    footer = {"", "Examples:", "  parley drain start"})
final class DrainStartCommand implements Callable<Integer> {
  private final CliContext context;

  DrainStartCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    JsonObject answer = context.admin().postToBroker("/drain/start", Map.of());
    context.output().tell(answer, "The broker takes no new messages.");
    return ExitCode.OK;
  }
}
