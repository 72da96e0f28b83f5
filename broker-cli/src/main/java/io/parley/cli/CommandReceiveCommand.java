package io.parley.cli;

import io.parley.cli.console.Problem;
import io.parley.client.CommandConsumer;
import io.parley.client.ParleyClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code parley command receive}. */
@Command(
    name = "receive",
    description = {
      "Receive commands in a service's place, print them, and settle them.",
      "",
      "Competes with the service's instances: what is received here they don't get. To only look,",
      "use 'queue peek'. With --type it claims the types for the queue, for good. Ends with --count,",
      "--timeout or Ctrl-C; what wasn't printed goes back uncounted."
    },
    footer = {
      "",
      "Examples:",
      "  parley command receive --queue cart --count 1 --timeout 5s",
      "  parley command receive --service cart --type shop.cart.AddProductToCart -o json",
      "  parley command receive --queue cart --count 10 --ack release"
    })
final class CommandReceiveCommand implements Callable<Integer> {
  private final CliContext context;

  @Option(
      names = "--queue",
      paramLabel = "QUEUE",
      description = "The queue; the one named like the service if left out.")
  private @Nullable String queue;

  @Option(
      names = "--service",
      paramLabel = "SERVICE",
      description = "The service that owns it; the one named like the queue if left out.")
  private @Nullable String service;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "A command type to claim; may be repeated. What the queue owns if left out.")
  private final List<String> types = new ArrayList<>();

  @Mixin private final ReceiveOptions options = new ReceiveOptions();

  CommandReceiveCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Exception {
    options.check();
    String owner = service == null ? queue : service;
    if (owner == null) {
      throw Problem.usage(
          "whose commands? (expected: --queue QUEUE or --service SERVICE)",
          "List the queues with 'parley queue list'.");
    }
    Arguments.requireName("service", owner);
    types.forEach(type -> Arguments.requireName("type", type));
    Reception reception = new Reception(options, context.output());
    return Interruption.run(
        () -> {
          try (ParleyClient client = Clients.connect(context, owner)) {
            consumer(client).manual(reception::arrived).start();
            return reception.run();
          }
        });
  }

  private CommandConsumer.Builder consumer(ParleyClient client) {
    CommandConsumer.Builder consumer =
        client.commandConsumer().types(types.toArray(new String[0])).credit(options.credit());
    if (queue != null) {
      consumer.queue(Arguments.requireName("queue", queue));
    }
    if (options.lease != null) {
      consumer.lease(options.lease);
    }
    return consumer;
  }
}
