package io.parley.cli;

import io.parley.cli.admin.AdminApi;
import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Output;
import io.parley.cli.console.Table;
import io.parley.cli.console.Text;
import io.parley.protocol.model.OutcomeMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code parley outcome list}. */
@Command(
    name = "list",
    description = {
      "Show the outcomes that wait in a service's outcome inbox, and leave them there.",
      "",
      "Those of commands that were sent with --outcome-to, or by outcomeToInboxOf, and that the",
      "service hasn't handled yet. With --dead those that it failed to handle."
    },
    footer = {
      "",
      "Examples:",
      "  parley outcome list shop",
      "  parley outcome list shop -o json | jq -r '.outcomes[] | select(.status != \"COMPLETED\").id'"
    })
final class OutcomeListCommand implements Callable<Integer> {
  private final CliContext context;

  @Parameters(paramLabel = "SERVICE", description = "The service that sent the commands.")
  private String service = "";

  @Option(names = "--limit", paramLabel = "N", description = "Most outcomes; 20 if left out.")
  private int limit = 20;

  @Option(names = "--dead", description = "Those that were set aside.")
  private boolean dead;

  OutcomeListCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Arguments.requireWithin("--limit", limit, 1, 1_000);
    String inbox = OutcomeMessage.inboxOf(service);
    List<Map<String, @Nullable Object>> outcomes = new ArrayList<>();
    for (JsonObject message :
        context
            .admin()
            .get(
                "/subscriptions/"
                    + AdminApi.escaped(inbox)
                    + "/messages?limit="
                    + limit
                    + (dead ? "&state=dead" : ""))
            .objects("messages")) {
      outcomes.add(outcome(message));
    }
    Output output = context.output();
    if (output.isJson()) {
      output.json(Map.of("outcomes", outcomes));
      return ExitCode.OK;
    }
    Table table = Table.of("~COMMAND", "~TYPE", "~STATUS", "~AT", "~CODE", "~REASON");
    for (Map<String, @Nullable Object> each : outcomes) {
      table.row(
          text(each.get("id")),
          text(each.get("type")),
          text(each.get("status")),
          Text.time(String.valueOf(each.get("at"))),
          text(each.get("code")),
          text(each.get("reason")));
    }
    output.table(table, "No outcomes wait for '" + service + "'.");
    return ExitCode.OK;
  }

  /** As the admin API writes an outcome, and the command's type. */
  private static Map<String, @Nullable Object> outcome(JsonObject message) {
    Map<String, ?> headers = message.object("headers").fields();
    Map<String, @Nullable Object> outcome = new LinkedHashMap<>();
    outcome.put("id", message.textOrNull("causationId"));
    outcome.put("type", headers.get(OutcomeMessage.COMMAND_TYPE));
    outcome.put("status", headers.get(OutcomeMessage.STATUS));
    outcome.put("code", text(headers.get(OutcomeMessage.CODE)));
    outcome.put("reason", text(headers.get(OutcomeMessage.REASON)));
    outcome.put("at", message.textOrNull("storedAt"));
    outcome.put("result", message.textOrNull("body"));
    outcome.put("contentType", message.textOrNull("contentType"));
    return outcome;
  }

  private static Object text(@Nullable Object value) {
    return value == null ? "" : value;
  }
}
