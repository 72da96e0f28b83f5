package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Output;
import io.parley.protocol.model.MessageId;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code parley outcome get}. */
@Command(
    name = "get",
    description = {
      "Show what became of a command: COMPLETED, REJECTED, DEAD_LETTERED, EXPIRED, CANCELLED, or",
      "PENDING while nothing is known.",
      "",
      "A completion is kept only for commands whose sender asked for it (command send --await or",
      "--track); everything else always is."
    },
    footer = {
      "",
      "Examples:",
      "  parley outcome get 0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
      "  parley outcome get 0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b -o json | jq -r .status"
    })
final class OutcomeGetCommand implements Callable<Integer> {
  private final CliContext context;

  @Parameters(paramLabel = "ID", description = "The command's id, as 'command send' printed it.")
  private String id = "";

  OutcomeGetCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Output output = context.output();
    MessageId command = Arguments.checked(() -> MessageId.parse(id));
    JsonObject outcome = context.admin().get("/outcomes/" + command);
    if (output.isJson()) {
      output.json(outcome);
      return ExitCode.OK;
    }
    output.lines(Outcomes.lines(outcome));
    return ExitCode.OK;
  }
}
