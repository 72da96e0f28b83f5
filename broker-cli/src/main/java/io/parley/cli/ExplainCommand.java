package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Output;
import io.parley.cli.console.Text;
import io.parley.protocol.model.MessageId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code parley explain}. */
@Command(
    name = "explain",
    description = {
      "Say for each queue and inbox why a message is where it is.",
      "",
      "Waits, and for what; leased, by whom and until when; delayed; to be tried again after which",
      "error; behind which message of its key; set aside; or how the command ended. There is no",
      "index by id: one that holds no time, or of which nothing is left, is looked for in all that",
      "is stored."
    },
    footer = {
      "",
      "Examples:",
      "  parley explain 0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
      "  parley explain 0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b -o json | jq -r '.places[].reason'"
    })
final class ExplainCommand implements Callable<Integer> {
  private final CliContext context;

  @Parameters(paramLabel = "ID", description = "The message's id.")
  private String id = "";

  ExplainCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    MessageId message = Arguments.checked(() -> MessageId.parse(id));
    Output output = context.output();
    JsonObject found = searched(message);
    if (output.isJson()) {
      output.json(found);
    } else {
      output.lines(lines(found));
    }
    return found.text("status").equals("UNKNOWN") ? ExitCode.NOT_FOUND : ExitCode.OK;
  }

  /** Asks until the search is over; each answer that it isn't took the broker a second. */
  private JsonObject searched(MessageId message) {
    while (true) {
      JsonObject found = context.admin().get("/messages/" + message + "/explanation");
      if (!found.text("status").equals("SEARCHING")) {
        return found;
      }
      double progress = Double.parseDouble(found.text("progress"));
      context
          .output()
          .progress(
              "looked at "
                  + Text.bytes(found.number("bytesLooked"))
                  + " of what is stored, "
                  + Math.round(progress * 100)
                  + " % …");
    }
  }

  private static List<String> lines(JsonObject found) {
    List<String> lines = new ArrayList<>();
    String type = found.textOrNull("type");
    if (type != null) {
      lines.add(
          found.text("kind")
              + " "
              + Text.printable(type)
              + ", stored "
              + Text.time(found.text("storedAt"))
              + " UTC");
    }
    for (JsonObject place : found.objects("places")) {
      lines.add(where(place) + " " + StandingLines.why(place) + ".");
    }
    if (found.number("morePlaces") > 0) {
      lines.add("… and " + Text.counted(found.number("morePlaces"), "more place") + ".");
    }
    JsonObject outcome = found.objectOrNull("outcome");
    if (outcome != null) {
      lines.addAll(Outcomes.lines(outcome));
    }
    switch (found.text("status")) {
      case "SETTLED" -> lines.add(settled(found));
      case "SETTLED_LATELY" ->
          lines.add("It was stored in the last minutes, and is done with: nothing of it is left.");
      case "UNKNOWN" ->
          lines.add(
              "Nothing is known of it: never stored here, or done with and no outcome kept"
                  + " (only rejected, failed and tracked commands leave one).");
      default -> {
        // The places or the outcome say all.
      }
    }
    return lines;
  }

  private static String settled(JsonObject found) {
    return "event".equals(found.textOrNull("kind"))
        ? "No inbox has it any more."
        : "It was settled, and no outcome was kept.";
  }

  static String where(JsonObject place) {
    String kind = place.text("destinationKind").equals("inbox") ? "inbox " : "queue ";
    boolean unowned = place.text("reason").equals("UNOWNED");
    long sequence = place.number("sequence");
    return (unowned ? "type " : kind)
        + place.text("destination")
        + (sequence == 0 ? "" : " #" + sequence)
        + ":";
  }
}
