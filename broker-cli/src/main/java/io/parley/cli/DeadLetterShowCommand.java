package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Output;
import io.parley.protocol.model.MessageId;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code parley dead-letter show}. */
@Command(
    name = "show",
    description = {
      "Show a message that was set aside, whole: its body, its headers, and why it was set aside.",
      "",
      "An event may be one in several subscriptions, each with a reason of its own."
    },
    footer = {
      "",
      "Examples:",
      "  parley dead-letter show 0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
      "  parley dead-letter show ID -o json | jq -r '.deadLetters[0].body'"
    })
final class DeadLetterShowCommand implements Callable<Integer> {
  private static final int DESTINATIONS_MAX = 1_000;

  private final CliContext context;

  @Parameters(paramLabel = "ID", description = "The message's id.")
  private String id = "";

  DeadLetterShowCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    MessageId message = Arguments.checked(() -> MessageId.parse(id));
    Output output = context.output();
    JsonObject answer =
        context.admin().get("/dead-letters?id=" + message + "&limit=" + DESTINATIONS_MAX);
    List<JsonObject> letters = answer.objects("deadLetters");
    if (output.isJson()) {
      output.json(answer);
    } else if (letters.isEmpty()) {
      output.note("No dead letter " + message + ". 'parley explain' says where the message is.");
    } else {
      for (JsonObject letter : letters) {
        output.line(letter.text("destinationKind") + " " + letter.text("destination"));
        output.lines(MessageLines.of(letter, Integer.MAX_VALUE));
      }
    }
    return letters.isEmpty() ? ExitCode.NOT_FOUND : ExitCode.OK;
  }
}
