package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Output;
import io.parley.cli.console.Text;
import java.util.ArrayList;
import java.util.List;

/** Says why the messages of a queue or subscription are where they are. */
final class DestinationExplanations {
  private static final int LIMIT_MAX = 100;

  private DestinationExplanations() {}

  /**
   * Asks and shows.
   *
   * @param path the API's, of the destination
   */
  static int show(CliContext context, String path, int limit) {
    Arguments.requireWithin("--limit", limit, 1, LIMIT_MAX);
    JsonObject found = context.admin().get(path + "/explanation?limit=" + limit);
    Output output = context.output();
    if (output.isJson()) {
      output.json(found);
    } else {
      output.lines(lines(found));
    }
    return ExitCode.OK;
  }

  private static List<String> lines(JsonObject found) {
    List<String> lines = new ArrayList<>();
    lines.add(
        found.text("name")
            + ": "
            + Text.count(found.number("ready"))
            + " ready, "
            + Text.count(found.number("leased"))
            + " leased, "
            + Text.count(found.number("delayed"))
            + " delayed"
            + due(found)
            + ", "
            + Text.counted(found.number("deadLetters"), "dead letter")
            + ".");
    List<JsonObject> consumers = found.objects("consumers");
    if (found.textOrNull("service") == null) {
      lines.add("No service owns this type: its commands wait until one does.");
    } else if (consumers.isEmpty()) {
      lines.add("Nobody consumes.");
    }
    for (JsonObject consumer : consumers) {
      lines.add(
          "Consumer " + Text.printable(consumer.text("holder")) + ": " + state(consumer) + ".");
    }
    long more = found.number("consumerCount") - consumers.size();
    if (more > 0) {
      lines.add("… and " + Text.counted(more, "more consumer") + ".");
    }
    for (JsonObject message : found.objects("messages")) {
      lines.add(
          "#"
              + message.number("sequence")
              + " "
              + message.text("type")
              + " "
              + message.text("id")
              + " "
              + StandingLines.why(message)
              + ".");
    }
    return lines;
  }

  private static String due(JsonObject found) {
    String due = found.textOrNull("nextDue");
    return due == null ? "" : " (the first until " + Text.time(due) + " UTC)";
  }

  private static String state(JsonObject consumer) {
    String ends = consumer.textOrNull("leaseEnds");
    return "holds "
        + Text.count(consumer.number("held"))
        + (ends == null ? "" : " (the first lease ends " + Text.time(ends) + " UTC)")
        + ", takes "
        + Text.count(consumer.number("credit"))
        + " more"
        + (consumer.isTrue("reading") ? "" : ", but doesn't read what is sent to it");
  }
}
