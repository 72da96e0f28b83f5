package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code parley namespace create}. */
@Command(
    name = "create",
    description = {
      "Make a namespace: types, queues, subscriptions, commands, events and queries of its own.",
      "",
      "Clients connect to it by its name at the end of the URI, this command by --uri or PARLEY_URI."
    },
    footer = {
      "",
      "Examples:",
      "  parley namespace create tests",
      "  parley --uri parley://127.0.0.1:7440/tests queue list"
    })
final class NamespaceCreateCommand implements Callable<Integer> {
  private final CliContext context;

  @Parameters(paramLabel = "NAME", description = "The namespace's name.")
  private String name = "";

  NamespaceCreateCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Arguments.requireName("namespace", name);
    JsonObject answer = context.admin().postToBroker("/namespaces", Map.of("name", name));
    context.output().tell(answer, "Created namespace '" + name + "'.");
    return ExitCode.OK;
  }
}
