package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Output;
import io.parley.cli.console.Table;
import io.parley.cli.console.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code parley catalog show}. */
@Command(
    name = "show",
    description = {
      "Show for each type who owns or subscribes to it, and who sends, publishes, asks or answers",
      "it; then what is orphaned: commands nobody owns, events nobody reads, inboxes and queues",
      "nobody consumes.",
      "",
      "Who uses a type is known since the broker started; connections are looked at now and then,",
      "so a use of a moment may be missed. A service without a name is shown as '?'."
    },
    footer = {
      "",
      "Examples:",
      "  parley catalog show",
      "  parley catalog show --orphans --unread-for 7d",
      "  parley catalog show -o json | jq '.orphans[]'"
    })
final class CatalogShowCommand implements Callable<Integer> {
  private final CliContext context;

  @Option(names = "--orphans", description = "Only what is orphaned.")
  private boolean orphansOnly;

  @Option(
      names = "--unread-for",
      paramLabel = "TIME",
      description = "An inbox counts as unread when nobody consumed it for this; 1d by default.")
  private Duration unreadFor = Duration.ofDays(1);

  CatalogShowCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    JsonObject catalog = context.admin().get("/catalog");
    List<Map<String, Object>> orphans = Orphans.in(catalog, Instant.now().minus(unreadFor));
    Output output = context.output();
    if (output.isJson()) {
      Map<String, @Nullable Object> all = new LinkedHashMap<>();
      if (!orphansOnly) {
        all.putAll(catalog.fields());
      }
      all.put("orphans", orphans);
      output.json(all);
      return ExitCode.OK;
    }
    if (!orphansOnly) {
      output.table(types(catalog), "No types yet.");
      output.note("Uses are those since " + Text.time(catalog.text("since")) + " UTC.");
    }
    List<String> lines = new ArrayList<>();
    for (Map<String, Object> orphan : orphans) {
      lines.add(
          "Orphan: " + orphan.get("what") + " " + orphan.get("name") + ": " + orphan.get("why"));
    }
    if (lines.isEmpty()) {
      output.note("Nothing is orphaned.");
    }
    output.lines(lines);
    return ExitCode.OK;
  }

  private static Table types(JsonObject catalog) {
    Table table = Table.of("~TYPE", "KIND", "~OWNED, READ OR ANSWERED BY", "~SENT BY", "LAST");
    for (JsonObject type : catalog.objects("types")) {
      List<JsonObject> uses = type.objects("uses");
      table.row(
          type.text("name"),
          type.text("kind"),
          receivers(type, uses),
          services(uses.stream().filter(use -> !isAnswer(use)).toList()),
          uses.stream()
              .filter(use -> !isAnswer(use))
              .map(use -> use.text("lastSeen"))
              .max(String::compareTo)
              .map(Text::time)
              .orElse("-"));
    }
    return table;
  }

  private static String receivers(JsonObject type, List<JsonObject> uses) {
    if (type.text("kind").equals("command")) {
      String owner = type.textOrNull("owner");
      return owner == null ? "-" : owner;
    }
    if (type.text("kind").equals("event")) {
      List<String> names = type.texts("subscriptions");
      return names.isEmpty() ? "-" : String.join(", ", names);
    }
    return services(uses.stream().filter(CatalogShowCommand::isAnswer).toList());
  }

  private static boolean isAnswer(JsonObject use) {
    return use.text("role").equals("answers");
  }

  private static String services(List<JsonObject> uses) {
    return uses.isEmpty()
        ? "-"
        : uses.stream()
            .map(use -> use.text("service").isEmpty() ? "?" : use.text("service"))
            .distinct()
            .collect(Collectors.joining(", "));
  }
}
