package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import io.parley.protocol.model.TypePattern;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code parley subscription create}. */
@Command(
    name = "create",
    description = {
      "Make a service's subscription before the service is there: its inbox takes events from then on.",
      "",
      "One of the same service that exists wants these types from now on, and goes on where it is."
    },
    footer = {
      "",
      "Examples:",
      "  parley subscription create billing 'shop.cart.*' shop.pay.Paid",
      "  parley subscription create audit --service billing 'shop.>' --from earliest",
      "  parley subscription create audit 'shop.>' --from 2h"
    })
final class SubscriptionCreateCommand implements Callable<Integer> {
  private final CliContext context;

  @Parameters(index = "0", paramLabel = "NAME", description = "The subscription's name.")
  private String name = "";

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "PATTERN",
      description = "Event types: shop.cart.Added, shop.cart.*, shop.>")
  private List<String> patterns = List.of();

  @Option(
      names = "--service",
      paramLabel = "SERVICE",
      description = "Whose it is; without, that of the service of this name.")
  private @Nullable String service;

  @Option(
      names = "--from",
      paramLabel = "WHEN",
      description =
          "earliest, now, so long ago (2h), or a time (2026-01-31T09:30:00Z). Default: now.",
      converter = StartingPoint.Converter.class)
  private StartingPoint from = StartingPoint.NOW;

  SubscriptionCreateCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Map<String, Object> subscription = new LinkedHashMap<>();
    subscription.put("name", Arguments.requireName("subscription", name));
    if (service != null) {
      subscription.put("service", Arguments.requireName("service", service));
    }
    patterns.forEach(pattern -> Arguments.checked(() -> new TypePattern(pattern)));
    subscription.put("patterns", patterns);
    subscription.put("from", from.text());
    JsonObject made = context.admin().post("/subscriptions", subscription);
    context
        .output()
        .tell(
            made,
            "Subscription '"
                + made.text("name")
                + "' of service '"
                + made.text("service")
                + "' gets "
                + String.join(", ", made.texts("patterns"))
                + ".");
    return ExitCode.OK;
  }
}
