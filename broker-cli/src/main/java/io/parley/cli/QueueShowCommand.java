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

/** {@code parley queue show}. */
@Command(
    name = "show",
    description = "Show one queue: its owner, its command types, what it holds.",
    footer = {"", "Examples:", "  parley queue show cart", "  parley queue show cart -o json"})
final class QueueShowCommand implements Callable<Integer> {
  private final CliContext context;

  @Parameters(paramLabel = "QUEUE", description = "The queue's name.")
  private String name = "";

  QueueShowCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Output output = context.output();
    JsonObject queue = context.admin().get("/queues/" + AdminApi.escaped(name));
    if (output.isJson()) {
      output.json(queue);
      return ExitCode.OK;
    }
    boolean unowned = queue.isTrue("unowned");
    output.lines(
        new Details()
            .add("Queue", queue.text("name"))
            .add("Service", unowned ? "- (nobody owns this type yet)" : queue.text("service"))
            .addAll("Types", queue.texts("types"))
            .add("Ready", queue.number("ready"))
            .add("Leased", queue.number("leased"))
            .add("Delayed", queue.number("delayed"))
            .add("Dead letters", queue.number("deadLetters"))
            .add("Size", Text.bytes(queue.number("bytes")))
            .add("State", DestinationSettingsText.state(queue))
            .add("Set", DestinationSettingsText.of(queue))
            .add("Consumers", queue.number("consumers"))
            .add("Next sequence", queue.number("nextSequence"))
            .lines());
    return ExitCode.OK;
  }
}
