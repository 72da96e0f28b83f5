package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code parley queue create}. */
@Command(
    name = "create",
    description = {
      "Make a service's queue before the service is there, and have it own command types.",
      "",
      "A queue of the same service that exists owns these types besides. A type that another queue owns",
      "is refused: 'parley type transfer' moves it. Commands that wait for an owner move into the queue."
    },
    footer = {
      "",
      "Examples:",
      "  parley queue create cart shop.cart.AddProduct shop.cart.CheckOut",
      "  parley queue create cart-bulk --service cart shop.cart.Import"
    })
final class QueueCreateCommand implements Callable<Integer> {
  private final CliContext context;

  @Parameters(index = "0", paramLabel = "NAME", description = "The queue's name.")
  private String name = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "TYPE",
      description = "Command types that it owns.")
  private List<String> types = List.of();

  @Option(
      names = "--service",
      paramLabel = "SERVICE",
      description = "Whose it is; without, that of the service of this name.")
  private @Nullable String service;

  QueueCreateCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Map<String, Object> queue = new LinkedHashMap<>();
    queue.put("name", Arguments.requireName("queue", name));
    if (service != null) {
      queue.put("service", Arguments.requireName("service", service));
    }
    types.forEach(type -> Arguments.requireName("type", type));
    queue.put("types", types);
    JsonObject made = context.admin().post("/queues", queue);
    List<String> owned = made.texts("types");
    context
        .output()
        .tell(
            made,
            "Queue '"
                + made.text("name")
                + "' of service '"
                + made.text("service")
                + "' owns "
                + (owned.isEmpty() ? "no types yet" : String.join(", ", owned))
                + ".");
    return ExitCode.OK;
  }
}
