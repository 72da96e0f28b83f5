package io.parley.systemtests;

import io.parley.client.ClientListener;
import io.parley.client.CommandResult;
import io.parley.client.ParleyClient;
import io.parley.protocol.model.MessageId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Many clients that lose their broker at the same time, with something to say to the next one. */
final class ReconnectStorm implements AutoCloseable {
  private static final String TYPE = "storm.Work";

  private final BrokerProcess broker;
  private final List<ParleyClient> clients = new ArrayList<>();
  private final Set<MessageId> confirmed = ConcurrentHashMap.newKeySet();

  /**
   * What it came to.
   *
   * @param clients how many
   * @param allBack from the broker's readiness until each client had its confirm
   * @param lost confirmed commands that never came
   * @param twice commands that came a second time
   */
  record Report(int clients, Duration allBack, int lost, int twice) {
    boolean isFine() {
      return lost == 0 && twice == 0;
    }

    @Override
    public String toString() {
      return clients
          + " clients after a kill: all confirmed within "
          + allBack.toMillis()
          + " ms of readiness, lost "
          + lost
          + ", twice "
          + twice;
    }
  }

  /** Connects them, each with something confirmed. */
  ReconnectStorm(BrokerProcess broker, int many) throws Exception {
    this.broker = broker;
    for (int i = 0; i < many; i++) {
      clients.add(
          ParleyClient.builder()
              .uri(broker.uri())
              .service("storm")
              .listener(new ClientListener() {})
              .connectTimeout(Await.PATIENCE)
              .sendTimeout(Await.PATIENCE)
              .connect());
    }
    confirm(send());
  }

  private List<CompletableFuture<MessageId>> send() {
    List<CompletableFuture<MessageId>> sent = new ArrayList<>();
    for (ParleyClient client : clients) {
      sent.add(client.sendAsync(TYPE, "again"));
    }
    return sent;
  }

  private void confirm(List<CompletableFuture<MessageId>> sent) throws Exception {
    for (CompletableFuture<MessageId> one : sent) {
      confirmed.add(Await.result(one));
    }
  }

  /** Kills the broker and starts it again while all of them have something to say. */
  Report run() throws Exception {
    broker.kill();
    List<CompletableFuture<MessageId>> sent = send();
    broker.start();
    long ready = System.nanoTime();
    confirm(sent);
    Duration allBack = Duration.ofNanos(System.nanoTime() - ready);
    Map<MessageId, Long> came = new ConcurrentHashMap<>();
    AtomicInteger twice = new AtomicInteger();
    try (ParleyClient worker = ParleyClient.connect(broker.uri(), "storm")) {
      worker
          .commandConsumer()
          .types(TYPE)
          .manual(
              delivery -> {
                if (came.put(delivery.id(), delivery.sequence()) != null) {
                  twice.incrementAndGet();
                }
                delivery.settle(CommandResult.complete());
              })
          .start();
      Await.until("all that was confirmed has come", () -> came.keySet().containsAll(confirmed));
      Await.until(
          "the queue is empty",
          () -> {
            try {
              return broker.admin().queue("storm").get("ready").asInt() == 0;
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          });
    }
    int lost = (int) confirmed.stream().filter(id -> !came.containsKey(id)).count();
    return new Report(clients.size(), allBack, lost, twice.get() + came.size() - confirmed.size());
  }

  @Override
  public void close() {
    clients.forEach(ParleyClient::abort);
  }
}
