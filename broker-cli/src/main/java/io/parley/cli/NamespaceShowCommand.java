package io.parley.cli;

import io.parley.cli.admin.AdminApi;
import io.parley.cli.console.Details;
import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Text;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code parley namespace show}. */
@Command(
    name = "show",
    description = {
      "Show how much a namespace holds, and may hold.",
      "",
      "Each message counts once, however many subscriptions have it; retained events count too."
    },
    footer = {"", "Examples:", "  parley namespace show default"})
final class NamespaceShowCommand implements Callable<Integer> {
  private final CliContext context;

  @Parameters(paramLabel = "NAME", description = "The namespace's name.")
  private String name = "";

  NamespaceShowCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    JsonObject namespace = context.admin().getOfBroker("/namespaces/" + AdminApi.escaped(name));
    if (context.output().isJson()) {
      context.output().json(namespace);
      return ExitCode.OK;
    }
    context
        .output()
        .lines(
            new Details()
                .add("Namespace", namespace.text("name"))
                .add("Size", Text.bytes(namespace.number("bytes")))
                .add("Up to", limit(namespace))
                .lines());
    return ExitCode.OK;
  }

  /** How much a namespace may hold, for people. */
  static String limit(JsonObject namespace) {
    return Text.bytes(namespace.number("maxBytes"))
        + (namespace.isTrue("limited") ? "" : " (the broker's)");
  }
}
