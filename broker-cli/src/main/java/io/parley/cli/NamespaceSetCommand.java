package io.parley.cli;

import io.parley.cli.admin.AdminApi;
import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Problem;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code parley namespace set}. */
@Command(
    name = "set",
    description = {
      "Set how much a namespace may hold, instead of the broker's setting, at once and durably.",
      "",
      "From there on commands and events are refused with QUOTA_EXCEEDED; settles pass, with all that",
      "they emit. Retained events count: 'parley topic list' says what they take up."
    },
    footer = {
      "",
      "Examples:",
      "  parley namespace set tests --max-bytes 1GiB",
      "  parley namespace set tests --unset"
    })
final class NamespaceSetCommand implements Callable<Integer> {
  private final CliContext context;

  @Parameters(paramLabel = "NAME", description = "The namespace's name.")
  private String name = "";

  @Option(
      names = "--max-bytes",
      paramLabel = "SIZE",
      description = "Most bytes of messages it holds, such as 10GiB: 1MiB to 1024TiB.",
      converter = Sizes.class)
  private @Nullable Long maxBytes;

  @Option(names = "--unset", description = "Go by the broker's setting again.")
  private boolean unset;

  NamespaceSetCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if ((maxBytes == null) != unset) {
      throw Problem.usage(
          "set what? (expected: either --max-bytes or --unset)",
          "See 'parley namespace set --help'.");
    }
    JsonObject namespace =
        context
            .admin()
            .postToBroker(
                "/namespaces/" + AdminApi.escaped(name) + "/settings",
                maxBytes == null ? Map.of() : Map.of("maxBytes", maxBytes.toString()));
    context
        .output()
        .tell(
            namespace,
            "Namespace '" + name + "' holds up to " + NamespaceShowCommand.limit(namespace) + ".");
    return ExitCode.OK;
  }
}
