package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Output;
import io.parley.cli.console.Table;
import io.parley.cli.console.Text;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code parley topic list}. */
@Command(
    name = "list",
    description = {
      "List the topics of all event types with what they retain.",
      "",
      "Retained events can be had again: by a new subscription, by one that is reset, and by one that",
      "was full when they were published."
    },
    footer = {"", "Examples:", "  parley topic list", "  parley topic list -o json"})
final class TopicListCommand implements Callable<Integer> {
  private final CliContext context;

  TopicListCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Output output = context.output();
    JsonObject answer = context.admin().get("/topics");
    if (output.isJson()) {
      output.json(answer);
      return ExitCode.OK;
    }
    Table table = Table.of("~TOPIC", ">EVENTS", ">SIZE", ">RETENTION", ">UP TO");
    for (JsonObject topic : answer.objects("topics")) {
      table.row(
          topic.text("name"),
          topic.number("events"),
          Text.bytes(topic.number("bytes")),
          Durations.text(topic.number("retentionMs")),
          Text.bytes(topic.number("retentionBytes")));
    }
    output.table(table, "No event types yet: the first event makes its topic.");
    return ExitCode.OK;
  }
}
