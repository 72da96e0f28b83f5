package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code parley namespace list}. */
@Command(
    name = "list",
    description = {"List the broker's namespaces."},
    footer = {"", "Examples:", "  parley namespace list"})
final class NamespaceListCommand implements Callable<Integer> {
  private final CliContext context;

  NamespaceListCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    JsonObject answer = context.admin().getOfBroker("/namespaces");
    if (context.output().isJson()) {
      context.output().json(answer);
    } else {
      context.output().lines(answer.texts("namespaces"));
    }
    return ExitCode.OK;
  }
}
