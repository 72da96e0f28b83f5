package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.client.CommandDelivery;
import io.parley.client.CommandResult;
import io.parley.client.LeaseLostException;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What survives when the broker's process is killed. */
class DurabilityIT {
  /** More of both for a longer campaign. */
  private static final int KILLS = Integer.getInteger("parley.kills", 4);

  private static final long SEED = Long.getLong("parley.seed", System.nanoTime());

  @Test
  void shouldLoseAndRepeatNothingWhenKilledAtAnyMomentUnderLoad(@TempDir Path data)
      throws Exception {
    System.out.println("parley.seed=" + SEED + " parley.kills=" + KILLS);
    Random random = new Random(SEED);
    try (BrokerProcess broker = BrokerProcess.start(data);
        Workload workload = new Workload(broker)) {
      for (int round = 0; round < KILLS; round++) {
        workload.awaitConfirmed(200 + random.nextInt(3_000));
        LockSupport.parkNanos(random.nextInt(10_000_000));
        broker.kill();
        broker.start();
        workload.assertNoMistakes();
      }
      workload.finish();
      workload.assertEverythingThereExactlyOnceAndInOrder();

      broker.terminate();
      assertThat(broker.awaitExit()).isZero();
      broker.start();
      workload.assertNothingComesAgain();
    }
  }

  @Test
  void shouldTakeCompletionOfHandlerThatWasAtWorkWhenBrokerWasKilled(@TempDir Path data)
      throws Exception {
    AtomicInteger handlings = new AtomicInteger();
    CountDownLatch atWork = new CountDownLatch(1);
    CountDownLatch brokerIsBack = new CountDownLatch(1);
    try (BrokerProcess broker = BrokerProcess.start(data);
        ParleyClient cart = ParleyClient.connect(broker.uri(), "cart");
        ParleyClient shop = ParleyClient.connect(broker.uri(), "shop")) {
      cart.commandConsumer()
          .credit(1) // so that it gets nothing more while it is at work
          .on(
              "AddProduct",
              String.class,
              (product, delivery) -> {
                handlings.incrementAndGet();
                atWork.countDown();
                Await.latch("the broker is back", brokerIsBack);
                return CommandResult.complete(product + " added");
              })
          .start();
      MessageId id = shop.send(OutgoingMessage.of("AddProduct", "lantern").trackOutcome());
      Await.latch("the handler is at work", atWork);
      broker.kill();
      broker.start();
      brokerIsBack.countDown();

      assertThat(text(shop.awaitOutcome(id, Await.PATIENCE))).isEqualTo("lantern added");
      shop.sendAndAwait(OutgoingMessage.of("AddProduct", "bunting"), Await.PATIENCE);
      assertThat(handlings).hasValue(2);
    }
  }

  @Test
  void shouldHandCommandOfKilledBrokerToWhoeverIsThereAndRefuseTheOldHolder(@TempDir Path data)
      throws Exception {
    Received<CommandDelivery> held = new Received<>();
    Received<CommandDelivery> again = new Received<>();
    try (BrokerProcess broker = BrokerProcess.start(data);
        ParleyClient shop = ParleyClient.connect(broker.uri(), "shop");
        ParleyClient slow = ParleyClient.connect(broker.uri(), "cart")) {
      slow.commandConsumer().types("AddProduct").credit(1).manual(held::add).start();
      MessageId id = shop.send(OutgoingMessage.of("AddProduct", "lantern").trackOutcome());
      CommandDelivery before = held.next();
      broker.kill();
      broker.start();
      try (ParleyClient other = ParleyClient.connect(broker.uri(), "cart")) {
        other.commandConsumer().credit(1).manual(again::add).start();
        CommandDelivery after = again.next();

        assertThat(after.id()).isEqualTo(id);
        assertThat(after.sequence()).isEqualTo(before.sequence());
        assertThat(after.epoch()).isGreaterThan(before.epoch());
        assertThat(Await.failure(before.settleAsync(CommandResult.complete("old"))))
            .isInstanceOf(LeaseLostException.class);
        Await.result(after.settleAsync(CommandResult.complete("new")));
        assertThat(text(shop.outcome(id))).isEqualTo("new");
      }
    }
  }

  @Test
  void shouldStartAsQuicklyWithBacklogAsWithout(@TempDir Path data) throws Exception {
    int backlog = 200_000;
    try (BrokerProcess broker = BrokerProcess.start(data)) {
      Duration empty = broker.startTook();
      byte[] body = new byte[100];
      try (ParleyClient shop = ParleyClient.connect(broker.uri(), "shop")) {
        List<CompletableFuture<MessageId>> confirms = new ArrayList<>();
        for (int i = 0; i < backlog; i++) {
          confirms.add(shop.sendAsync("AddProduct", body));
        }
        for (CompletableFuture<MessageId> confirm : confirms) {
          assertThat(Await.result(confirm)).isNotNull();
        }
      }
      broker.kill();
      broker.start();
      Duration full = broker.startTook();
      System.out.println("start: empty " + empty + ", with " + backlog + " messages " + full);
      assertThat(broker.admin().queue("AddProduct").get("ready").asInt()).isEqualTo(backlog);
      // Generous: what may not happen is that it grows with the backlog.
      assertThat(full).isLessThan(empty.multipliedBy(2).plusSeconds(10));
    }
  }

  private static String text(Outcome outcome) {
    assertThat(outcome.status()).isEqualTo(OutcomeStatus.COMPLETED);
    return new String(outcome.result().bytes(), StandardCharsets.UTF_8);
  }
}
