package io.parley.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.Settlement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The README's quickstart: compiles, is short, and does what it says. */
class QuickstartTest extends ClientTest {
  // quickstart: begin
  record AddProduct(String cart, String product, int quantity) {}

  static String quickstart(String uri) {
    try (ParleyClient client = ParleyClient.connect(uri, "cart")) {
      client
          .commandConsumer()
          .on(
              "shop.AddProduct",
              AddProduct.class,
              (command, delivery) ->
                  command.quantity() < 1
                      ? CommandResult.reject(CommandResult.INVALID, "quantity below 1")
                      : CommandResult.complete().event("shop.ProductAdded", command))
          .start();
      client
          .responder()
          .on("shop.GetCart", String.class, (id, question) -> Answer.ok("cart " + id))
          .start();

      client.send("shop.AddProduct", new AddProduct("c1", "85123A", 6));
      return client.ask("shop.GetCart", "c1", String.class, Query.DEFAULT_DEADLINE).body();
    }
  }

  // quickstart: end

  @Test
  void shouldRunTheQuickstart() throws InterruptedException {
    CompletableFuture<String> running = later(() -> quickstart(broker.uri()));
    ScriptedBroker.Peer peer = broker.welcome();
    int[] numbers = new int[2];
    Request.Ask asked = null;
    List<Message> emitted = new ArrayList<>();
    boolean questioned = false;
    Request request = null;
    while (!(request instanceof Request.Goodbye)) {
      request = peer.expect(Request.class);
      if (request instanceof Request.Send send) {
        peer.confirm(send);
        peer.deliver(numbers[0], 1, 1, send.batch());
      } else if (request instanceof Request.Ask ask) {
        asked = ask;
      } else if (request instanceof Request.Answer answer) {
        peer.send(new Response.Answered(asked.correlation(), 200, 0, 0, -1, "", answer.body()));
      } else if (request instanceof Request.Settle settle) {
        for (Settlement settlement : settle.settlements()) {
          MessageBatch batch = ((Settlement.CompleteWith) settlement).emitted();
          emitted.addAll(ScriptedBroker.messages(batch));
          peer.settled(settle);
        }
      } else {
        numbers[0] = request instanceof Request.Consume consume ? consume.consumer() : numbers[0];
        numbers[1] = request instanceof Request.Respond respond ? respond.responder() : numbers[1];
        peer.ok(request);
      }
      if (asked != null && !emitted.isEmpty() && !questioned) {
        // Not before the command is handled: with the answer the client closes.
        questioned = true;
        peer.send(new Push.Question(numbers[1], 5, 10_000, 0, 0, asked.query()));
      }
    }

    assertThat(running).succeedsWithin(LONG).isEqualTo("cart c1");
    assertThat(emitted).extracting(Message::type).containsExactly("shop.ProductAdded");
  }
}
