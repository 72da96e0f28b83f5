package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Output;
import io.parley.cli.console.Problem;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code parley type declare}. */
@Command(
    name = "declare",
    description = {
      "Make a type known before its first message.",
      "",
      "Needed under the policy 'declared'. Declaring the same again changes nothing; another kind",
      "or another owner is refused."
    },
    footer = {
      "",
      "Examples:",
      "  parley type declare shop.cart.AddProductToCart --kind command --owner cart",
      "  parley type declare shop.cart.ProductAddedToCart --kind event"
    })
final class TypeDeclareCommand implements Callable<Integer> {
  enum Kind {
    COMMAND,
    EVENT,
    QUERY
  }

  private final CliContext context;

  @Parameters(paramLabel = "TYPE", description = "The type's name.")
  private String name = "";

  @Option(
      names = "--kind",
      paramLabel = "command|event|query",
      required = true,
      description = "What messages of this type say.")
  private Kind kind = Kind.COMMAND;

  @Option(
      names = "--owner",
      paramLabel = "SERVICE",
      description = "The one service that handles it; commands only.")
  private @Nullable String owner;

  TypeDeclareCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if (owner != null && kind != Kind.COMMAND) {
      throw Problem.usage(
          "--owner: '" + owner + "' (expected: none for " + text(kind) + " types)",
          "Only a command has one receiver.");
    }
    Arguments.requireName("type", name);
    Map<String, @Nullable Object> type = new LinkedHashMap<>();
    type.put("name", name);
    type.put("kind", text(kind));
    type.put("owner", owner == null ? null : Arguments.requireName("service", owner));
    JsonObject declared = context.admin().post("/types", type);
    Output output = context.output();
    if (output.isJson()) {
      output.json(declared);
    } else {
      output.line(
          "Declared "
              + text(kind)
              + " "
              + name
              + (owner == null ? "" : ", owned by " + owner)
              + ".");
    }
    return ExitCode.OK;
  }

  private static String text(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
