package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code parley queue resume} and {@code parley subscription resume}. */
@Command(
    name = "resume",
    description = {"Hand out messages of a ${PARENT-COMMAND-NAME} again that was paused."},
    footer = {"", "Examples:", "  ${COMMAND-FULL-NAME} cart"})
final class DestinationResumeCommand implements Callable<Integer> {
  private final CliContext context;

  @Mixin private final DestinationParameter destination = new DestinationParameter();

  DestinationResumeCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    JsonObject condition = context.admin().post(destination.path() + "/resume", Map.of());
    context.output().tell(condition, "Resumed " + destination.words() + ".");
    return ExitCode.OK;
  }
}
