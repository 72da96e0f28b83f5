package io.parley.examples.retail.demo;

import io.parley.client.ParleyClient;
import io.parley.examples.retail.CartEvent.CartCheckedOut;
import io.parley.examples.retail.CartService;
import io.parley.examples.retail.RetailFile;
import io.parley.examples.retail.View;
import io.parley.examples.retail.demo.BrokerAdmin.Depth;
import io.parley.examples.retail.demo.FileLedger.Entry;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * What is compared when the story is over: each command's outcome as the broker tells it, its event
 * in each view, the views' sums, the answers to queries, and whether anything is left in the
 * broker. For one thread.
 */
final class Audit {
  private static final int OUTCOMES_IN_FLIGHT_MAX = 1_000;

  private final RetailFile file;
  private final FileLedger ledger;
  private final BrokerProcess broker;
  private final Shop shop;
  private final Reconciliation result = new Reconciliation();

  Audit(RetailFile file, FileLedger ledger, BrokerProcess broker, Shop shop) {
    this.file = file;
    this.ledger = ledger;
    this.broker = broker;
    this.shop = shop;
  }

  void compareAll(Story story) throws IOException, InterruptedException {
    result.same("shop at rest", "yes", story.isStalled() ? "no, and nothing moves" : "yes");
    compareSends();
    compareCommands();
    result.views(ledger, shop.billing(), shop.stock(), shop.analytics());
    compareAnswers();
    compareDepth("queue " + CartService.SERVICE, broker.admin().queue(CartService.SERVICE));
    for (View view : shop.views()) {
      compareDepth("inbox " + view.service(), broker.admin().inbox(view.service()));
    }
  }

  private void compareSends() {
    result.same("commands confirmed", ledger.commands(), shop.shopFront().confirmed());
    shop.shopFront()
        .failures()
        .forEach((code, count) -> result.same("sends failed with " + code, 0, count));
  }

  /** Reads the file once more, and asks the broker by id what became of each of its commands. */
  private void compareCommands() throws InterruptedException {
    ParleyClient client = shop.shopFrontClient();
    Semaphore inFlight = new Semaphore(OUTCOMES_IN_FLIGHT_MAX);
    FileLedger.read(
        file,
        entry -> {
          result.effect(entry, shop.billing(), shop.stock(), shop.analytics());
          inFlight.acquireUninterruptibly();
          client
              .awaitOutcomeAsync(entry.command(), Duration.ZERO)
              .whenComplete((outcome, failure) -> compareOutcome(client, entry, outcome, failure))
              .whenComplete((outcome, failure) -> inFlight.release());
        });
    inFlight.acquire(OUTCOMES_IN_FLIGHT_MAX);
  }

  private void compareOutcome(
      ParleyClient client, Entry entry, @Nullable Outcome outcome, @Nullable Throwable failure) {
    if (outcome == null) {
      result.outcome(entry, "not known: " + failure);
      return;
    }
    result.outcome(
        entry,
        outcome.status() == OutcomeStatus.REJECTED ? outcome.code() : outcome.status().name());
    if (entry.total() != null) {
      result.same("receipt of line " + entry.line(), entry.total(), totalOf(client, outcome));
    }
  }

  private static @Nullable BigDecimal totalOf(ParleyClient client, Outcome outcome) {
    try {
      return client.codec().decode(outcome.result(), CartCheckedOut.class).total();
    } catch (ParleyException e) {
      return null; // no receipt, or not one: shown as a mismatch
    }
  }

  private void compareAnswers() {
    result.same(
        "answers 404 to a wrong number",
        "some",
        shop.helpDesk().countByStatus().containsKey("404") ? "some" : "none");
    for (String wrong : shop.helpDesk().wrongAnswers()) {
      result.same("answer to a query", "a fitting one", wrong);
    }
  }

  private void compareDepth(String what, Depth depth) {
    result.same("waiting in " + what, 0, depth.waiting());
    result.same("dead letters of " + what, 0, depth.deadLetters());
  }

  void compareExitCode(int exitCode) {
    result.same("exit code of the broker after SIGTERM", 0, exitCode);
  }

  Reconciliation result() {
    return result;
  }
}
