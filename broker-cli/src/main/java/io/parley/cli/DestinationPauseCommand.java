package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code parley queue pause} and {@code parley subscription pause}. */
@Command(
    name = "pause",
    description = {
      "Hand out nothing more of a ${PARENT-COMMAND-NAME}, until it is resumed.",
      "",
      "Messages in hand may still be settled, and new ones are stored. It stays paused over restarts."
    },
    footer = {"", "Examples:", "  ${COMMAND-FULL-NAME} cart"})
final class DestinationPauseCommand implements Callable<Integer> {
  private final CliContext context;

  @Mixin private final DestinationParameter destination = new DestinationParameter();

  DestinationPauseCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    JsonObject condition = context.admin().post(destination.path() + "/pause", Map.of());
    context.output().tell(condition, "Paused " + destination.words() + ".");
    return ExitCode.OK;
  }
}
