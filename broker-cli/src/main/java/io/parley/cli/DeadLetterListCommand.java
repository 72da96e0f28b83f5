package io.parley.cli;

import io.parley.cli.admin.AdminApi;
import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Output;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code parley dead-letter list}. */
@Command(
    name = "list",
    description = {
      "List messages that were set aside, with the reason.",
      "",
      "A message becomes a dead letter after its last attempt failed, or at once where no attempt",
      "can help. It stays in its queue or inbox until it is redriven or dropped."
    },
    footer = {
      "",
      "Examples:",
      "  parley dead-letter list",
      "  parley dead-letter list cart --limit 5",
      "  parley dead-letter list -o json | jq -r '.deadLetters[] | [.id, .errorClass] | @tsv'"
    })
final class DeadLetterListCommand implements Callable<Integer> {
  private final CliContext context;

  @Parameters(
      paramLabel = "DESTINATION",
      arity = "0..1",
      description = "Only those of this queue or subscription.")
  private @Nullable String destination;

  @Option(names = "--limit", paramLabel = "N", description = "Most messages; 100 if left out.")
  private int limit = 100;

  DeadLetterListCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Arguments.requireWithin("--limit", limit, 1, 1_000);
    Output output = context.output();
    JsonObject answer = context.admin().get(path(destination, limit));
    if (output.isJson()) {
      output.json(answer);
      return ExitCode.OK;
    }
    List<JsonObject> letters = answer.objects("deadLetters");
    if (letters.isEmpty()) {
      output.note("No dead letters" + (destination == null ? "." : " in '" + destination + "'."));
    }
    for (JsonObject letter : letters) {
      output.line(letter.text("destinationKind") + " " + letter.text("destination"));
      output.lines(MessageLines.of(letter, output.width()));
    }
    return ExitCode.OK;
  }

  static String path(@Nullable String destination, int limit) {
    return "/dead-letters?"
        + (destination == null ? "" : "destination=" + AdminApi.escaped(destination) + "&")
        + "limit="
        + limit;
  }
}
