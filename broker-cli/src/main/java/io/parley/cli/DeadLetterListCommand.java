package io.parley.cli;

import io.parley.cli.admin.AdminApi;
import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Output;
import io.parley.cli.console.Problem;
import io.parley.cli.console.Table;
import io.parley.cli.console.Text;
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
      "  parley dead-letter list --group",
      "  parley dead-letter list cart --error-class IllegalStateException --type shop.cart.AddProduct",
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

  @Option(
      names = "--error-class",
      paramLabel = "CLASS",
      description = "Only those whose last failure has this class.")
  private @Nullable String errorClass;

  @Option(names = "--type", paramLabel = "TYPE", description = "Only messages of this type.")
  private @Nullable String type;

  @Option(
      names = "--group",
      description = "How many there are of each class of failure and type, the most first.")
  private boolean group;

  DeadLetterListCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Arguments.requireWithin("--limit", limit, 1, 1_000);
    Output output = context.output();
    if (group) {
      return groups(output);
    }
    JsonObject answer = context.admin().get(path(destination, errorClass, type, limit));
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

  private int groups(Output output) {
    if (errorClass != null || type != null) {
      throw Problem.usage(
          "--group with --error-class or --type (expected: one or the other)",
          "Group first, then list one group.");
    }
    String of = destination == null ? "" : "?destination=" + AdminApi.escaped(destination);
    JsonObject answer = context.admin().get("/dead-letters/groups" + of);
    if (output.isJson()) {
      output.json(answer);
      return ExitCode.OK;
    }
    Table table =
        Table.of("~DESTINATION", "~ERROR CLASS", "~TYPE", ">COUNT", "~NEWEST", "~LAST MESSAGE");
    for (JsonObject each : answer.objects("groups")) {
      table.row(
          each.text("destination"),
          each.text("errorClass"),
          each.text("type"),
          each.number("count"),
          Text.time(each.text("newest")),
          each.text("message"));
    }
    output.table(
        table, "No dead letters" + (destination == null ? "." : " in '" + destination + "'."));
    return ExitCode.OK;
  }

  static String path(
      @Nullable String destination, @Nullable String errorClass, @Nullable String type, int limit) {
    return "/dead-letters?"
        + parameter("destination", destination)
        + parameter("errorClass", errorClass)
        + parameter("type", type)
        + "limit="
        + limit;
  }

  private static String parameter(String name, @Nullable String value) {
    return value == null ? "" : name + "=" + AdminApi.escaped(value) + "&";
  }
}
