package io.parley.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.cli.console.Output;
import io.parley.client.CommandResult;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.examples.retail.demo.Demo;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.OutcomeStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * The tools, shown on the demo's broker by running them: what became of one invoice, and a dead
 * letter from its cause to its redrive. What they print goes where the demo tells its story.
 */
final class DemoTour implements Demo.Visit {
  private static final String SERVICE = "gifts";
  private static final String WRAP = "shop.gifts.WrapGift";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final long LOOK_AGAIN_NANOS = 5_000_000;

  private final Output output;

  DemoTour(Output output) {
    this.output = output;
  }

  @Override
  public void look(String uri, String admin, MessageId checkOut) throws IOException {
    Map<String, String> broker =
        Map.of(CliContext.URI_VARIABLE, uri, CliContext.ADMIN_VARIABLE, admin);
    output.note("All is well. What became of one invoice? Its check-out, and what that caused:");
    show(broker, "trace", checkOut.toString());

    AtomicBoolean paper = new AtomicBoolean();
    try (ParleyClient gifts = ParleyClient.connect(uri, SERVICE)) {
      gifts
          .commandConsumer()
          .on(
              WRAP,
              String.class,
              (gift, delivery) ->
                  paper.get()
                      ? CommandResult.complete("wrapped")
                      : CommandResult.deadLetter("NoPaper", "there is no wrapping paper"))
          .start();
      MessageId gift = gifts.send(OutgoingMessage.of(WRAP, "one lantern").trackOutcome());
      awaitOutcome(gifts, gift, OutcomeStatus.DEAD_LETTERED);
      output.note("A gift can't be wrapped for lack of paper. Where is the command?");
      show(broker, "explain", gift.toString());
      paper.set(true);
      output.note("Now there is paper: it is given back.");
      show(broker, "dead-letter", "redrive", SERVICE, "--id", gift.toString());
      awaitOutcome(gifts, gift, OutcomeStatus.COMPLETED);
      show(broker, "outcome", "get", gift.toString());
    }
  }

  private static void awaitOutcome(ParleyClient client, MessageId command, OutcomeStatus wanted)
      throws IOException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (client.outcome(command).status() != wanted) {
      if (System.nanoTime() > until) {
        throw new IOException("command " + command + ": not " + wanted + " within " + PATIENCE);
      }
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
  }

  /** Runs a verb as the shell would. */
  private void show(Map<String, String> broker, String... verb) throws IOException {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream to = new PrintStream(said, false, UTF_8);
    Output own = new Output(to, to, InputStream.nullInputStream(), Output.Terminal.NONE);
    int exitCode = ParleyCli.run(verb, own, broker);
    to.flush();
    String text = said.toString(UTF_8);
    output.note("$ parley " + String.join(" ", verb));
    text.lines().forEach(line -> output.note("  " + line));
    if (exitCode != 0) {
      throw new IOException("parley " + verb[0] + " exited with " + exitCode + ": " + text);
    }
  }
}
