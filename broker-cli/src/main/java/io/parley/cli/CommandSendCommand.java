package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Output;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Outcome;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code parley command send}. */
@Command(
    name = "send",
    description = {
      "Send a command and print its id once it is durable.",
      "",
      "It goes to the queue of the one service that owns its type; if none does yet, it waits",
      "until one claims it. With --await the verb ends when the command did: 0 if it completed, 1",
      "if it was rejected, dead-lettered, expired or cancelled, 75 if it is still pending."
    },
    footer = {
      "",
      "Examples:",
      "  parley command send shop.cart.AddProductToCart '{\"cart\":\"536365\",\"sku\":\"85123A\"}'",
      "  parley command send shop.cart.CheckOutCart @checkout.json --key 536365 --await",
      "  parley command send ops.Reindex --await=2m -o json | jq -r .outcome.status",
      "  parley command send pay.TakePayment @order.json --outcome-to shop",
      "  parley command send shop.cart.CheckOutCart --dry-run",
      "  jq -c .body saved.json | parley command send shop.cart.AddProductToCart -"
    })
final class CommandSendCommand implements Callable<Integer> {
  private final CliContext context;

  @Mixin private final MessageOptions options = new MessageOptions();

  @Option(
      names = "--dry-run",
      description = "Only say who would get it: the queue and service that own its type.")
  private boolean dryRun;

  @Option(
      names = "--await",
      paramLabel = "TIME",
      arity = "0..1",
      fallbackValue = "30s",
      preprocessor = AttachedValue.class,
      description = "Wait for its outcome, 30s if no time is given.")
  private @Nullable Duration await;

  @Option(
      names = "--track",
      description = "Keep its outcome even if it completes, for 'outcome get'.")
  private boolean track;

  @Option(
      names = "--outcome-to",
      paramLabel = "SERVICE",
      description = {
        "Send it as this service, and have its outcome put into the service's outcome inbox, durably",
        "and however it ends: see 'outcome list'."
      })
  private @Nullable String outcomeTo;

  CommandSendCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if (dryRun) {
      return RoutePreviews.show(context, options.content.type, "command");
    }
    OutgoingMessage command = options.message(context.output().stdin());
    if (track || await != null) {
      command.trackOutcome();
    }
    String sender = outcomeTo == null ? "" : outcomeTo;
    if (outcomeTo != null) {
      Arguments.checked(() -> command.outcomeToInboxOf(sender));
    }
    try (ParleyClient client = Arguments.checked(() -> Clients.connect(context, sender))) {
      MessageId id = Arguments.checked(() -> client.send(command));
      if (await == null) {
        tell(id, null);
        return ExitCode.OK;
      }
      context.output().progress("sent " + id + ", waiting for its outcome …");
      Outcome outcome = client.awaitOutcome(id, await);
      tell(id, outcome);
      return switch (outcome.status()) {
        case COMPLETED -> ExitCode.OK;
        case PENDING -> ExitCode.TEMPORARY;
        case REJECTED, DEAD_LETTERED, EXPIRED, CANCELLED -> ExitCode.NO;
      };
    }
  }

  private void tell(MessageId id, @Nullable Outcome outcome) {
    Output output = context.output();
    if (output.isJson()) {
      Map<String, @Nullable Object> sent = new LinkedHashMap<>();
      sent.put("id", id);
      sent.put("outcome", outcome == null ? null : Outcomes.json(id, outcome).fields());
      output.json(sent);
    } else if (outcome == null) {
      output.line(id.toString());
    } else {
      output.lines(Outcomes.lines(Outcomes.json(id, outcome)));
    }
  }
}
