package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Output;
import io.parley.cli.console.Text;
import io.parley.protocol.model.MessageId;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code parley trace}. */
@Command(
    name = "trace",
    description = {
      "Show what a message caused, and what caused it: the tree of its conversation.",
      "",
      "Commands with how they ended, events with where they stand in each inbox, and what their",
      "handlers sent, emitted and asked. Any message's id will do, and the conversation's",
      "correlation id. It is known for as long as trace.retention says, a day unless configured.",
      "Queries are known as long as the broker runs, the last 10,000 of a namespace: nothing of",
      "them is written down."
    },
    footer = {
      "",
      "Examples:",
      "  parley trace 0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
      "  parley trace 0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b -o json | jq -r '.messages[].type'"
    })
final class TraceCommand implements Callable<Integer> {
  private final CliContext context;

  @Parameters(paramLabel = "ID", description = "A message's id, or a correlation id.")
  private String id = "";

  TraceCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    MessageId message = Arguments.checked(() -> MessageId.parse(id));
    JsonObject found = context.admin().get("/messages/" + message + "/trace");
    Output output = context.output();
    if (output.isJson()) {
      output.json(found);
      return ExitCode.OK;
    }
    List<JsonObject> messages = found.objects("messages");
    output.lines(new TraceTree(messages).lines());
    if (found.isTrue("more")) {
      output.note("There are more than these " + messages.size() + " messages.");
    }
    long unknown = messages.stream().filter(TraceCommand::isUnknown).count();
    if (unknown > 0) {
      output.note(
          "Where "
              + Text.counted(unknown, "message")
              + " of these stand isn't told here, but of the first 100 at most: see 'parley explain ID'.");
    }
    if (found.number("missed") > 0) {
      output.note(
          Text.counted(found.number("missed"), "message")
              + " of all conversations came too fast to be written down: some may be missing here.");
    }
    return ExitCode.OK;
  }

  private static boolean isUnknown(JsonObject message) {
    return message.objectOrNull("state") == null && !message.text("kind").equals("query");
  }
}
