package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Output;
import io.parley.cli.console.Table;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code parley type list}. */
@Command(
    name = "list",
    description = {
      "List all types the broker knows.",
      "",
      "A type has one kind for ever. A command type has one owner: the service whose queue gets it."
    },
    footer = {
      "",
      "Examples:",
      "  parley type list",
      "  parley type list --kind command",
      "  parley type list -o json | jq -r '.types[] | select(.owner == null) | .name'"
    })
final class TypeListCommand implements Callable<Integer> {
  private final CliContext context;

  @Option(
      names = "--kind",
      paramLabel = "command|event|query",
      description = "Only types of this kind.")
  private TypeDeclareCommand.@Nullable Kind kind;

  TypeListCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Output output = context.output();
    JsonObject answer = context.admin().get("/types");
    if (output.isJson()) {
      output.json(
          Map.of("types", answer.objects("types").stream().filter(this::isWanted).toList()));
      return ExitCode.OK;
    }
    Table table = Table.of("~TYPE", "KIND", "~OWNER", "~QUEUE");
    for (JsonObject type : answer.objects("types")) {
      if (isWanted(type)) {
        table.row(
            type.text("name"),
            type.text("kind").toLowerCase(Locale.ROOT),
            orDash(type.textOrNull("owner")),
            orDash(type.textOrNull("queue")));
      }
    }
    output.table(
        table, "No such types yet: the first message of a type, or its handler, makes it known.");
    return ExitCode.OK;
  }

  private boolean isWanted(JsonObject type) {
    return kind == null || kind.name().equalsIgnoreCase(type.text("kind"));
  }

  private static String orDash(@Nullable String text) {
    return text == null || text.isEmpty() ? "-" : text;
  }
}
