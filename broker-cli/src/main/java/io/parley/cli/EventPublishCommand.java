package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Output;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.protocol.model.MessageId;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code parley event publish}. */
@Command(
    name = "publish",
    description = {
      "Publish an event and print its id once it is durable in every inbox that wants it.",
      "",
      "Succeeds too if nobody does: an event states a fact, interesting or not."
    },
    footer = {
      "",
      "Examples:",
      "  parley event publish shop.cart.CartCheckedOut '{\"cart\":\"536365\"}'",
      "  parley event publish shop.stock.Counted @count.json --header source=scanner",
      "  parley event publish shop.cart.CartCheckedOut --dry-run",
      "  date | parley event publish ops.Noticed -"
    })
final class EventPublishCommand implements Callable<Integer> {
  private final CliContext context;

  @Mixin private final MessageOptions options = new MessageOptions();

  @Option(
      names = "--dry-run",
      description = "Only say who would get it: the inboxes, and by which pattern.")
  private boolean dryRun;

  EventPublishCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if (dryRun) {
      return RoutePreviews.show(context, options.content.type, "event");
    }
    OutgoingMessage event = options.message(context.output().stdin());
    try (ParleyClient client = Clients.connect(context, "")) {
      MessageId id = Arguments.checked(() -> client.publish(event));
      Output output = context.output();
      if (output.isJson()) {
        output.json(Map.of("id", id));
      } else {
        output.line(id.toString());
      }
    }
    return ExitCode.OK;
  }
}
