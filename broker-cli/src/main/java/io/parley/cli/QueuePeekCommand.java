package io.parley.cli;

import io.parley.cli.admin.AdminApi;
import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Output;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code parley queue peek}. */
@Command(
    name = "peek",
    description = "Look at messages without taking them: nothing is leased, counted or changed.",
    footer = {
      "",
      "Examples:",
      "  parley queue peek cart",
      "  parley queue peek cart --state dead --limit 5 --full",
      "  parley queue peek cart -o json | jq -r '.messages[].body'"
    })
final class QueuePeekCommand implements Callable<Integer> {
  enum State {
    READY,
    LEASED,
    DELAYED,
    DEAD
  }

  private final CliContext context;

  @Parameters(paramLabel = "QUEUE", description = "The queue's name.")
  private String name = "";

  @Option(
      names = "--state",
      paramLabel = "ready|leased|delayed|dead",
      description = "Only messages in this state; if left out, all that aren't dead.")
  private @Nullable State state;

  @Option(names = "--limit", paramLabel = "N", description = "Most messages; 20 if left out.")
  private int limit = 20;

  @Option(names = "--full", description = "Show bodies in full.")
  private boolean full;

  QueuePeekCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Arguments.requireWithin("--limit", limit, 1, 1_000);
    Output output = context.output();
    String which = state == null ? "" : state.name().toLowerCase(Locale.ROOT);
    JsonObject answer =
        context
            .admin()
            .get(
                "/queues/"
                    + AdminApi.escaped(name)
                    + "/messages?limit="
                    + limit
                    + (state == null ? "" : "&state=" + which));
    if (output.isJson()) {
      output.json(answer);
      return ExitCode.OK;
    }
    List<JsonObject> messages = answer.objects("messages");
    if (messages.isEmpty()) {
      output.note(
          "No " + (which.isEmpty() ? "" : which + " ") + "messages in queue '" + name + "'.");
    }
    for (JsonObject message : messages) {
      output.lines(MessageLines.of(message, full ? Integer.MAX_VALUE : output.width()));
    }
    return ExitCode.OK;
  }
}
