package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Output;
import io.parley.cli.console.Problem;
import io.parley.cli.console.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code parley type transfer}. */
@Command(
    name = "transfer",
    description = {
      "Give a command type to another service. What waits in the old queue moves along, in order,",
      "with what is known of it: delayed, retried and dead commands too.",
      "",
      "A command that a consumer of the old owner has just now stays with it; if it returns",
      "unsettled, the new owner gets it. The old owner can't claim the type any more. Asks first,",
      "unless told --yes."
    },
    footer = {
      "",
      "Examples:",
      "  parley type transfer shop.cart.AddProductToCart --to basket",
      "  parley type transfer shop.cart.AddProductToCart --to basket --queue basket-fast --yes",
      "  parley type transfer shop.cart.AddProductToCart --to basket --dry-run"
    })
final class TypeTransferCommand implements Callable<Integer> {
  private final CliContext context;

  @Parameters(paramLabel = "TYPE", description = "The type's name.")
  private String type = "";

  @Option(
      names = "--to",
      paramLabel = "SERVICE",
      required = true,
      description = "The service that is to own it.")
  private String service = "";

  @Option(
      names = "--queue",
      paramLabel = "QUEUE",
      description = "Its queue; the one of its name if none is given.")
  private @Nullable String queue;

  @Option(names = "--dry-run", description = "Only say what would be done.")
  private boolean dryRun;

  @Option(names = "--yes", description = "Don't ask.")
  private boolean yes;

  TypeTransferCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Arguments.requireName("type", type);
    Arguments.requireName("service", service);
    String target = queue == null ? service : Arguments.requireName("queue", queue);
    Output output = context.output();
    if (dryRun || !yes) {
      String what =
          type + " from " + owner() + " to queue '" + target + "' of service '" + service + "'";
      if (dryRun) {
        tellDryRun(output, target, "Would move " + what + ", with all its commands.");
        return ExitCode.OK;
      }
      if (!output.confirm("Really move " + what + "?")) {
        output.note("Nothing done.");
        return ExitCode.NO;
      }
    }
    Map<String, @Nullable Object> request = new LinkedHashMap<>();
    request.put("type", type);
    request.put("service", service);
    request.put("queue", target);
    JsonObject done = context.admin().post("/types/transfer", request);
    if (output.isJson()) {
      output.json(done);
    } else {
      output.line(
          type
              + " is owned by "
              + service
              + ", queue "
              + target
              + "; "
              + Text.counted(done.number("moved"), "command")
              + " moved"
              + (done.isTrue("moving") ? ", more follow as holders let go of them" : "")
              + ".");
    }
    return ExitCode.OK;
  }

  /** Who owns it now; fails where there is no such command type. */
  private String owner() {
    List<JsonObject> found =
        context.admin().get("/types").objects("types").stream()
            .filter(known -> known.text("name").equals(type))
            .toList();
    if (found.isEmpty()) {
      throw new Problem(
          ExitCode.NOT_FOUND,
          "NOT_FOUND",
          "type: '" + type + "' (expected: one that exists)",
          "List them with 'parley type list'.");
    }
    String owner = found.get(0).textOrNull("owner");
    return owner == null ? "nobody" : "'" + owner + "'";
  }

  private void tellDryRun(Output output, String target, String sentence) {
    if (output.isJson()) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("type", type);
      result.put("owner", service);
      result.put("queue", target);
      result.put("dryRun", true);
      output.json(result);
    } else {
      output.line(sentence);
    }
  }
}
