package io.parley.cli;

import io.parley.cli.admin.AdminApi;
import io.parley.cli.console.Details;
import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Output;
import io.parley.cli.console.Text;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code parley topic show}. */
@Command(
    name = "show",
    description = "Show one topic: what it retains, since when, and for how long.",
    footer = {"", "Examples:", "  parley topic show shop.cart.CartCheckedOut"})
final class TopicShowCommand implements Callable<Integer> {
  private final CliContext context;

  @Parameters(paramLabel = "TYPE", description = "The event type.")
  private String type = "";

  TopicShowCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Output output = context.output();
    JsonObject topic = context.admin().get("/topics/" + AdminApi.escaped(type));
    if (output.isJson()) {
      output.json(topic);
      return ExitCode.OK;
    }
    String oldest = topic.textOrNull("oldest");
    output.lines(
        new Details()
            .add("Topic", topic.text("name"))
            .add("Events", topic.number("events"))
            .add("Size", Text.bytes(topic.number("bytes")))
            .add("Oldest", oldest == null ? "none is retained" : Text.time(oldest) + " UTC")
            .add("Retention", retention(topic))
            .lines());
    return ExitCode.OK;
  }

  /** How long a topic keeps its events, for people. */
  static String retention(JsonObject topic) {
    long timeMs = topic.number("retentionMs");
    long bytes = topic.number("retentionBytes");
    return (timeMs == 0 || bytes == 0
            ? "none, only until all inboxes have settled"
            : Durations.text(timeMs) + ", up to " + Text.bytes(bytes))
        + (topic.object("settings").fields().isEmpty() ? " (the broker's)" : "");
  }
}
