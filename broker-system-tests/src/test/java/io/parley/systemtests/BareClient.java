package io.parley.systemtests;

import io.parley.client.Answer;
import io.parley.client.CommandResult;
import io.parley.client.EventResult;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.protocol.model.Outcome;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A program that uses the client with a command, an event and a query, on a class path of its own:
 * it may use the JDK and the client alone. Prints {@code DONE} and what it got.
 */
final class BareClient {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** What a user of the client needn't have. */
  private static final String[] OPTIONAL = {
    "io.micrometer.core.instrument.MeterRegistry",
    "com.fasterxml.jackson.databind.ObjectMapper",
    "org.slf4j.Logger"
  };

  private BareClient() {}

  public static void main(String[] args) throws Exception {
    for (String name : OPTIONAL) {
      requireAbsent(name);
    }
    try (ParleyClient cart = ParleyClient.connect(args[0], "cart")) {
      CompletableFuture<String> heard = new CompletableFuture<>();
      cart.subscriber()
          .on(
              "shop.cart.ProductAdded",
              String.class,
              (event, delivery) -> {
                heard.complete(event);
                return EventResult.complete();
              })
          .start();
      cart.commandConsumer()
          .on(
              "shop.cart.AddProduct",
              String.class,
              (product, delivery) ->
                  CommandResult.complete().event("shop.cart.ProductAdded", product))
          .start();
      cart.responder()
          .on("shop.cart.GetCart", String.class, (asked, question) -> Answer.ok("of " + asked))
          .start();

      Outcome outcome =
          cart.sendAndAwait(OutgoingMessage.of("shop.cart.AddProduct", "lantern"), PATIENCE);
      String event = heard.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      String answer = cart.ask("shop.cart.GetCart", "536365", String.class, PATIENCE).body();
      System.out.println("DONE " + outcome.status() + ", " + event + ", " + answer);
    }
  }

  private static void requireAbsent(String name) {
    try {
      Class.forName(name);
    } catch (ClassNotFoundException e) {
      return;
    }
    throw new IllegalStateException("class path: has " + name + " (expected: not to)");
  }
}
