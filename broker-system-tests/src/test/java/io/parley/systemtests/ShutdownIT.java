package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.client.CommandDelivery;
import io.parley.client.CommandResult;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.OutcomeStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM: the broker drains and exits 0. */
class ShutdownIT {
  private static final String TYPE = "AddProduct";

  @Test
  void shouldExitInGoodOrderUnderLoadAndLoseNothing(@TempDir Path data) throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(data);
        Workload workload = new Workload(broker)) {
      workload.awaitConfirmed(2_000);
      broker.terminate();
      assertThat(broker.awaitExit()).isZero();
      broker.start();
      workload.awaitConfirmed(500);
      workload.finish();
      workload.assertEverythingThereExactlyOnceAndInOrder();
    }
  }

  @Test
  void shouldWaitForHandlerAtWorkAndTakeItsSettle(@TempDir Path data) throws Exception {
    AtomicInteger handlings = new AtomicInteger();
    CountDownLatch atWork = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    try (BrokerProcess broker = BrokerProcess.start(data);
        ParleyClient cart = ParleyClient.connect(broker.uri(), "cart");
        ParleyClient shop = ParleyClient.connect(broker.uri(), "shop")) {
      cart.commandConsumer()
          .on(
              TYPE,
              String.class,
              (product, delivery) -> {
                handlings.incrementAndGet();
                atWork.countDown();
                Await.latch("the broker was told to stop", end);
                return CommandResult.complete();
              })
          .start();
      MessageId id = shop.send(OutgoingMessage.of(TYPE, "lantern").trackOutcome());
      Await.latch("the handler is at work", atWork);
      broker.terminate();
      Await.until("it takes no new clients", () -> refusesClients(broker));
      end.countDown();
      assertThat(broker.awaitExit()).isZero();
      broker.start();

      assertThat(shop.outcome(id).status()).isEqualTo(OutcomeStatus.COMPLETED);
      shop.sendAndAwait(OutgoingMessage.of(TYPE, "bunting"), Await.PATIENCE);
      assertThat(handlings).hasValue(2);
    }
  }

  private static boolean refusesClients(BrokerProcess broker) {
    try (WireClient client = new WireClient(broker.port())) {
      return false;
    } catch (java.io.IOException e) {
      return true;
    }
  }

  @Test
  void shouldBurnNoAttemptsOfWhatIsInHandWhenBrokerStops(@TempDir Path data) throws Exception {
    Received<CommandDelivery> held = new Received<>();
    CountDownLatch never = new CountDownLatch(1);
    try (BrokerProcess broker = BrokerProcess.start(data);
        ParleyClient shop = ParleyClient.connect(broker.uri(), "shop")) {
      ParleyClient hanging = ParleyClient.connect(broker.uri(), "cart");
      hanging
          .commandConsumer()
          .types(TYPE)
          .manual(
              delivery -> {
                held.add(delivery);
                CommandsIT.awaitQuietly(never);
              })
          .start();
      for (int i = 0; i < 10; i++) {
        shop.send(TYPE, "product " + i);
      }
      CommandDelivery started = held.next();
      assertThat(started.attempt()).isEqualTo(1);
      broker.terminate();
      assertThat(broker.awaitExit()).isZero();
      hanging.abort();
      broker.start();
      try (ParleyClient cart = ParleyClient.connect(broker.uri(), "cart")) {
        Received<CommandDelivery> received = new Received<>();
        cart.commandConsumer().types(TYPE).manual(received::add).start();
        for (CommandDelivery delivery : received.next(10)) {
          assertThat(delivery.attempt()).as(delivery.toString()).isEqualTo(1);
          delivery.settle(CommandResult.complete());
        }
      }
    }
  }

  @Test
  void shouldStopAtOnceWhenNobodyHoldsAnything(@TempDir Path data) throws Exception {
    Received<String> received = new Received<>();
    try (BrokerProcess broker = BrokerProcess.start(data);
        ParleyClient cart = ParleyClient.connect(broker.uri(), "cart");
        ParleyClient shop = ParleyClient.connect(broker.uri(), "shop")) {
      cart.commandConsumer()
          .on(
              TYPE,
              String.class,
              (product, delivery) -> {
                received.add(product);
                return CommandResult.complete();
              })
          .start();
      shop.sendAndAwait(OutgoingMessage.of(TYPE, "before"), Await.PATIENCE);
      assertThat(received.next()).isEqualTo("before");
      long begin = System.nanoTime();
      broker.terminate();
      assertThat(broker.awaitExit()).isZero();
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      System.out.println("idle broker stopped in " + took);
      // It gives handlers at work longer than this, and clients that don't leave.
      assertThat(took).isLessThan(Duration.ofSeconds(4));

      CompletableFuture<MessageId> whileDown = shop.sendAsync(TYPE, "while it was down");
      broker.start();
      assertThat(Await.result(whileDown)).isNotNull();
      assertThat(received.next()).isEqualTo("while it was down");
    }
  }
}
