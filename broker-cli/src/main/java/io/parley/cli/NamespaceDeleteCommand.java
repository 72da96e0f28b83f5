package io.parley.cli;

import io.parley.cli.admin.AdminApi;
import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code parley namespace delete}. */
@Command(
    name = "delete",
    description = {
      "Delete a namespace with all that is in it, for good. Its clients are told.",
      "",
      "Asks first, unless told --yes. The default namespace can't be deleted."
    },
    footer = {"", "Examples:", "  parley namespace delete tests --yes"})
final class NamespaceDeleteCommand implements Callable<Integer> {
  private final CliContext context;

  @Parameters(paramLabel = "NAME", description = "The namespace's name.")
  private String name = "";

  @Option(names = "--yes", description = "Don't ask.")
  private boolean yes;

  NamespaceDeleteCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Arguments.requireName("namespace", name);
    boolean agreed =
        yes || context.output().confirm("Really delete namespace '" + name + "' and all in it?");
    if (!agreed) {
      context.output().note("Nothing done.");
      return ExitCode.NO;
    }
    JsonObject answer =
        context.admin().postToBroker("/namespaces/" + AdminApi.escaped(name) + "/delete", Map.of());
    context.output().tell(answer, "Deleted namespace '" + name + "'.");
    return ExitCode.OK;
  }
}
