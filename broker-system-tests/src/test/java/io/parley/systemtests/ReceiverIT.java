package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.client.CommandDelivery;
import io.parley.client.CommandResult;
import io.parley.client.EventDelivery;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.client.Receiver;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.testkit.EmbeddedBroker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Messages taken one by one, instead of handlers that are called. */
@Execution(ExecutionMode.CONCURRENT) // some of them wait for leases
class ReceiverIT {
  private static final Duration PATIENCE = Await.PATIENCE;
  private static final Duration SHORTEST_LEASE = Duration.ofSeconds(1);

  private static EmbeddedBroker broker;

  private final String service = Fresh.name("billing");
  private final String type = Fresh.type("SendInvoice");

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start(Settings.quickRetries(3));
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void shouldHandOutCommandsInOrderAndSettleThem() throws Exception {
    try (ParleyClient shop = client("shop");
        ParleyClient billing = client(service);
        Receiver<CommandDelivery> receiver = open(billing)) {
      MessageId first = shop.send(OutgoingMessage.of(type, "536365").trackOutcome());
      MessageId second = shop.send(OutgoingMessage.of(type, "536366").trackOutcome());

      CommandDelivery delivery = receiver.receive(PATIENCE);
      assertThat(delivery.id()).isEqualTo(first);
      assertThat(delivery.body(String.class)).isEqualTo("536365");
      delivery.complete("sent");
      CommandDelivery next = receiver.receive(PATIENCE);
      assertThat(next.id()).isEqualTo(second);
      next.reject(CommandResult.INVALID, "no address");

      Outcome completed = shop.awaitOutcome(first, PATIENCE);
      assertThat(completed.status()).isEqualTo(OutcomeStatus.COMPLETED);
      assertThat(shop.codec().decode(completed.result(), String.class)).isEqualTo("sent");
      Outcome rejected = shop.awaitOutcome(second, PATIENCE);
      assertThat(rejected.status()).isEqualTo(OutcomeStatus.REJECTED);
      assertThat(rejected.reason()).isEqualTo("no address");
    }
  }

  @Test
  void shouldHandOutAgainWhatFailedOrWasReleased() throws Exception {
    try (ParleyClient shop = client("shop");
        ParleyClient billing = client(service);
        Receiver<CommandDelivery> receiver = open(billing)) {
      shop.send(type, "536365");

      receiver.receive(PATIENCE).fail("Busy", "the printer is");
      CommandDelivery second = receiver.receive(PATIENCE);
      assertThat(second.attempt()).isEqualTo(2);
      second.release();
      CommandDelivery third = receiver.receive(PATIENCE);
      assertThat(third.attempt()).isEqualTo(2);
      third.complete();
    }
  }

  @Test
  void shouldReturnNothingWhenNothingComesInTime() throws Exception {
    try (ParleyClient billing = client(service);
        Receiver<CommandDelivery> receiver = open(billing)) {
      assertThat(receiver.receive(Duration.ZERO)).isNull();
      long before = System.nanoTime();
      assertThat(receiver.receive(Duration.ofMillis(50))).isNull();
      assertThat(Duration.ofNanos(System.nanoTime() - before))
          .isBetween(Duration.ofMillis(50), PATIENCE);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> receiver.receive(Duration.ofMillis(-1)))
          .withMessageContaining("timeout");
    }
  }

  @Test
  void shouldGiveBackUncountedWhatIsNotSettledWhenClosed() throws Exception {
    try (ParleyClient shop = client("shop");
        ParleyClient billing = client(service)) {
      CommandDelivery held;
      try (Receiver<CommandDelivery> receiver = open(billing)) {
        for (int i = 0; i < 5; i++) {
          shop.send(type, "invoice " + i);
        }
        receiver.receive(PATIENCE).complete();
        held = receiver.receive(PATIENCE);
      }
      assertThatIllegalStateException().isThrownBy(held::complete);

      try (Receiver<CommandDelivery> receiver = open(billing)) {
        for (int i = 1; i < 5; i++) {
          CommandDelivery delivery = receiver.receive(PATIENCE);
          assertThat(delivery.body(String.class)).isEqualTo("invoice " + i);
          assertThat(delivery.attempt()).isEqualTo(1);
          delivery.complete();
        }
        assertThat(receiver.receive(Duration.ZERO)).isNull();
      }
    }
  }

  @Test
  void shouldKeepLeaseAsLongAsMessageIsHeld() throws Exception {
    try (ParleyClient shop = client("shop");
        ParleyClient billing = client(service);
        ParleyClient other = client(service);
        Receiver<CommandDelivery> receiver =
            billing.commandConsumer().types(type).lease(SHORTEST_LEASE).openReceiver()) {
      shop.send(type, "536365");
      CommandDelivery held = receiver.receive(PATIENCE);
      try (Receiver<CommandDelivery> competitor = open(other)) {
        assertThat(competitor.receive(SHORTEST_LEASE.multipliedBy(3))).isNull();
      }
      assertThat(held.isLeaseLost()).isFalse();
      Await.result(held.settleAsync(CommandResult.complete()));
    }
  }

  @Test
  void shouldHandOutNoMoreThanItsCreditAtOnce() throws Exception {
    try (ParleyClient shop = client("shop");
        ParleyClient billing = client(service);
        Receiver<CommandDelivery> receiver =
            billing.commandConsumer().types(type).credit(2).openReceiver()) {
      for (int i = 0; i < 3; i++) {
        shop.send(type, "invoice " + i);
      }
      CommandDelivery first = receiver.receive(PATIENCE);
      CommandDelivery second = receiver.receive(PATIENCE);
      assertThat(receiver.receive(Duration.ofMillis(200))).isNull();
      first.complete();
      CommandDelivery third = receiver.receive(PATIENCE);
      assertThat(third.body(String.class)).isEqualTo("invoice 2");
      second.complete();
      third.complete();
    }
  }

  @Test
  void shouldCountAttemptsOfWhatWasReceivedAlone() throws Exception {
    try (ParleyClient shop = client("shop");
        ParleyClient billing = client(service)) {
      for (int i = 0; i < 3; i++) {
        shop.send(type, "invoice " + i);
      }
      ParleyClient crash = client(service);
      Receiver<CommandDelivery> lost = open(crash);
      CommandDelivery held = lost.receive(PATIENCE);
      // What a client asks is told after what it began.
      assertThat(crash.outcome(WireClient.randomId())).isEqualTo(Outcome.PENDING);
      crash.abort();

      try (Receiver<CommandDelivery> receiver = open(billing)) {
        for (int i = 0; i < 3; i++) {
          CommandDelivery delivery = receiver.receive(PATIENCE);
          assertThat(delivery.attempt()).isEqualTo(delivery.id().equals(held.id()) ? 2 : 1);
          delivery.complete();
        }
      }
    }
  }

  @Test
  void shouldTellWaitingReceiverThatItWasClosed() throws Exception {
    try (ParleyClient billing = client(service)) {
      Receiver<CommandDelivery> receiver = open(billing);
      CompletableFuture<CommandDelivery> waiting = receiveAside(receiver);
      receiver.close();
      assertThat(Await.failure(waiting))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
      assertThatIllegalStateException().isThrownBy(() -> receiver.receive(Duration.ZERO));
    }
  }

  @Test
  void shouldTellWaitingReceiverThatItsClientWasAborted() throws Exception {
    ParleyClient billing = client(service);
    Receiver<CommandDelivery> receiver = open(billing);
    CompletableFuture<CommandDelivery> waiting = receiveAside(receiver);
    billing.abort();
    assertThat(Await.failure(waiting)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldGoOnAfterReconnect() throws Exception {
    try (EmbeddedBroker restarted = EmbeddedBroker.start();
        ParleyClient shop = ParleyClient.connect(restarted.uri(), "shop");
        ParleyClient billing = ParleyClient.connect(restarted.uri(), service);
        Receiver<CommandDelivery> receiver = open(billing)) {
      shop.send(type, "before");
      receiver.receive(PATIENCE).complete();
      restarted.restart();
      shop.send(type, "after");
      CommandDelivery delivery = receiver.receive(PATIENCE);
      while (delivery.body(String.class).equals("before")) {
        // Its settlement may have been on its way: then it comes again.
        delivery.complete();
        delivery = receiver.receive(PATIENCE);
      }
      assertThat(delivery.body(String.class)).isEqualTo("after");
      delivery.complete();
    }
  }

  @Test
  void shouldStopWaitingWhenInterrupted() throws Exception {
    try (ParleyClient billing = client(service);
        Receiver<CommandDelivery> receiver = open(billing)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> receiver.receive(PATIENCE)).isInstanceOf(InterruptedException.class);
    }
  }

  @Test
  void shouldHandOutEventsOfSubscription() throws Exception {
    String event = Fresh.type("InvoiceSent");
    try (ParleyClient shop = client("shop");
        ParleyClient billing = client(service)) {
      billing.declareSubscription(service, event);
      shop.publish(event, "536365");
      try (Receiver<EventDelivery> receiver = billing.eventReceiver(service)) {
        EventDelivery delivery = receiver.receive(PATIENCE);
        assertThat(delivery.body(String.class)).isEqualTo("536365");
        delivery.fail("Busy", "try again");
        EventDelivery again = receiver.receive(PATIENCE);
        assertThat(again.attempt()).isEqualTo(2);
        again.complete();
      }
    }
  }

  @Test
  void shouldHaveWhatTheQueueOwnsWithoutNamingTypes() throws Exception {
    try (ParleyClient shop = client("shop");
        ParleyClient billing = client(service)) {
      open(billing).close();
      shop.send(type, "536365");
      try (Receiver<CommandDelivery> receiver = billing.receiver(service)) {
        assertThat(receiver.destination()).isEqualTo(service);
        receiver.receive(PATIENCE).complete();
      }
    }
  }

  @Test
  void shouldRefuseHandlersBesideReceiver() {
    try (ParleyClient billing = client(service)) {
      assertThatIllegalStateException()
          .isThrownBy(
              () ->
                  billing
                      .commandConsumer()
                      .on(type, String.class, (body, delivery) -> CommandResult.complete())
                      .openReceiver());
      assertThatIllegalStateException()
          .isThrownBy(() -> billing.subscriber().concurrency(2).openReceiver());
    }
  }

  private Receiver<CommandDelivery> open(ParleyClient client) {
    return client.commandConsumer().types(type).openReceiver();
  }

  /** Waits for a message on a thread that is known to wait. */
  private static CompletableFuture<CommandDelivery> receiveAside(
      Receiver<CommandDelivery> receiver) {
    CompletableFuture<CommandDelivery> received = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                received.complete(receiver.receive(PATIENCE));
              } catch (Throwable e) {
                received.completeExceptionally(e);
              }
            });
    thread.start();
    Await.until(
        "the thread waits for a message",
        () -> thread.getState() == Thread.State.TIMED_WAITING || received.isDone());
    return received;
  }

  private static ParleyClient client(String service) {
    return ParleyClient.connect(broker.uri(), service);
  }
}
