package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Output;
import io.parley.cli.console.Table;
import io.parley.cli.console.Text;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code parley queue list}. */
@Command(
    name = "list",
    description = {
      "List all queues with what they hold.",
      "",
      "A command type nobody owns yet has a line of its own, its service shown as '-':",
      "its commands wait until a service claims the type."
    },
    footer = {
      "",
      "Examples:",
      "  parley queue list",
      "  parley queue list -o json | jq '.queues[] | select(.deadLetters > 0) | .name'"
    })
final class QueueListCommand implements Callable<Integer> {
  private final CliContext context;

  QueueListCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Output output = context.output();
    JsonObject answer = context.admin().get("/queues");
    if (output.isJson()) {
      output.json(answer);
      return ExitCode.OK;
    }
    Table table =
        Table.of(
            "~QUEUE", "~SERVICE", ">READY", ">LEASED", ">DELAYED", ">DEAD", ">SIZE", ">CONSUMERS");
    for (JsonObject queue : answer.objects("queues")) {
      table.row(
          queue.text("name"),
          queue.isTrue("unowned") ? "-" : queue.text("service"),
          queue.number("ready"),
          queue.number("leased"),
          queue.number("delayed"),
          queue.number("deadLetters"),
          Text.bytes(queue.number("bytes")),
          queue.number("consumers"));
    }
    output.table(table, "No queues yet: a service that handles commands makes one.");
    return ExitCode.OK;
  }
}
