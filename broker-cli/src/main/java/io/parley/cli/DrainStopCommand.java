package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code parley drain stop}. */
@Command(
    name = "stop",
    description = {"Take new commands and events again."},
    footer = {"", "Examples:", "  parley drain stop"})
final class DrainStopCommand implements Callable<Integer> {
  private final CliContext context;

  DrainStopCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    JsonObject answer = context.admin().postToBroker("/drain/stop", Map.of());
    context.output().tell(answer, "The broker takes new messages again.");
    return ExitCode.OK;
  }
}
