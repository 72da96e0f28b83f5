package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Output;
import io.parley.client.ParleyClient;
import io.parley.protocol.model.MessageId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code parley command cancel}. */
@Command(
    name = "cancel",
    description = {
      "Cancel a command that waits: for its turn, its time, its next attempt, or an owner.",
      "",
      "Its outcome is CANCELLED then, and nobody handles it. A command in a consumer's hands, or",
      "one that has ended, can't be cancelled. The broker looks for the command among those that",
      "wait, which takes a while in a long backlog."
    },
    footer = {"", "Examples:", "  parley command cancel 0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"})
final class CommandCancelCommand implements Callable<Integer> {
  private final CliContext context;

  @Parameters(paramLabel = "ID", description = "The command's id, as 'command send' printed it.")
  private String id = "";

  CommandCancelCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    MessageId command = Arguments.checked(() -> MessageId.parse(id));
    try (ParleyClient client = Clients.connect(context, "")) {
      client.cancel(command);
    }
    Output output = context.output();
    if (output.isJson()) {
      Map<String, Object> cancelled = new LinkedHashMap<>();
      cancelled.put("id", command);
      cancelled.put("status", "CANCELLED");
      output.json(cancelled);
    } else {
      output.line("Cancelled " + command + ".");
    }
    return ExitCode.OK;
  }
}
