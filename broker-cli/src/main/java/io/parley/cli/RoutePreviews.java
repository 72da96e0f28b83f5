package io.parley.cli;

import io.parley.cli.admin.AdminApi;
import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Output;
import java.util.ArrayList;
import java.util.List;

/** Says who would get a message that isn't sent: {@code --dry-run}. */
final class RoutePreviews {
  private RoutePreviews() {}

  /** Asks and shows. A refusal is the one that sending would meet. */
  static int show(CliContext context, String type, String kind) {
    JsonObject route = context.admin().get("/routes/" + AdminApi.escaped(type) + "?kind=" + kind);
    Output output = context.output();
    if (output.isJson()) {
      output.json(route);
    } else {
      output.lines(lines(route));
    }
    return ExitCode.OK;
  }

  private static List<String> lines(JsonObject route) {
    List<String> lines = new ArrayList<>();
    for (JsonObject receiver : route.objects("receivers")) {
      boolean inbox = receiver.text("kind").equals("inbox");
      long consumers = receiver.number("consumers");
      lines.add(
          (inbox ? "inbox " : "queue ")
              + receiver.text("name")
              + " of service "
              + receiver.text("service")
              + (inbox ? ", by " + String.join(", ", receiver.texts("patterns")) : "")
              + (consumers == 0 ? "; nobody consumes now" : ""));
    }
    if (lines.isEmpty()) {
      lines.add(
          route.text("kind").equals("event")
              ? "Nobody: no subscription wants this type."
              : "Nobody yet: it would wait until a service owns this type.");
    }
    return lines;
  }
}
