package io.parley.cli;

import io.parley.cli.console.Problem;
import io.parley.client.ParleyClient;
import io.parley.client.Subscriber;
import io.parley.protocol.model.TypePattern;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code parley event subscribe}. */
@Command(
    name = "subscribe",
    description = {
      "Receive events of a durable subscription, print them, and settle them.",
      "",
      "With patterns it makes the subscription, or changes what it wants; it stays when the verb",
      "ends, and goes on collecting. Without, it competes with the subscription's own service: what",
      "is received here that doesn't get. Ends with --count, --timeout or Ctrl-C."
    },
    footer = {
      "",
      "Examples:",
      "  parley event subscribe --subscription watch 'shop.>'",
      "  parley event subscribe --subscription watch 'shop.cart.*' --count 10 -o json",
      "  parley event subscribe --subscription audit --from earliest 'shop.>'",
      "  parley event subscribe --subscription billing --service billing --ack release --count 5"
    })
final class EventSubscribeCommand implements Callable<Integer> {
  private final CliContext context;

  @Parameters(
      paramLabel = "PATTERN",
      arity = "0..*",
      description = "Types wanted: shop.cart.CartCheckedOut, shop.cart.*, shop.>")
  private final List<String> patterns = new ArrayList<>();

  @Option(
      names = "--subscription",
      paramLabel = "NAME",
      description = "Its name; that of the service if left out.")
  private @Nullable String subscription;

  @Option(
      names = "--service",
      paramLabel = "SERVICE",
      description = "Whose it is; the one named like the subscription if left out.")
  private @Nullable String service;

  @Option(
      names = "--from",
      paramLabel = "WHEN",
      description = {
        "Where it begins if this makes it: earliest, now, so long ago (2h), or a time",
        "(2026-01-31T09:30:00Z); now if left out."
      },
      converter = StartingPoint.Converter.class)
  private StartingPoint from = StartingPoint.NOW;

  @Mixin private final ReceiveOptions options = new ReceiveOptions();

  EventSubscribeCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Exception {
    options.check();
    String owner = service == null ? subscription : service;
    if (owner == null) {
      throw Problem.usage(
          "which subscription? (expected: --subscription NAME or --service SERVICE)",
          "List them with 'parley subscription list'.");
    }
    Arguments.requireName("service", owner);
    patterns.forEach(pattern -> Arguments.checked(() -> new TypePattern(pattern)));
    Reception reception = new Reception(options, context.output());
    return Interruption.run(
        () -> {
          try (ParleyClient client = Clients.connect(context, owner)) {
            subscriber(client).manual(reception::arrived).start();
            return reception.run();
          }
        });
  }

  private Subscriber.Builder subscriber(ParleyClient client) {
    Subscriber.Builder subscriber =
        client.subscriber().patterns(patterns.toArray(new String[0])).credit(options.credit());
    if (subscription != null) {
      subscriber.subscription(Arguments.requireName("subscription", subscription));
    }
    if (from.time() != null) {
      subscriber.from(from.time());
    }
    if (options.lease != null) {
      subscriber.lease(options.lease);
    }
    return subscriber;
  }
}
