package io.parley.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.protocol.ParleyException;
import io.parley.protocol.frame.Request;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** What the tests of a client against a {@link ScriptedBroker} have in common. */
@Timeout(60)
class ClientTest {
  static final String TYPE = "shop.cart.AddProductToCart";

  final ScriptedBroker broker = new ScriptedBroker();
  final Told told = new Told();
  private final List<ParleyClient> clients = new ArrayList<>();

  @AfterEach
  void closeAll() {
    clients.forEach(ParleyClient::abort);
    broker.close();
  }

  /** What the client told its listener. */
  static final class Told implements ClientListener {
    final BlockingQueue<ParleyException> disconnects = new LinkedBlockingQueue<>();
    final BlockingQueue<ParleyException> settleRefusals = new LinkedBlockingQueue<>();
    final BlockingQueue<ParleyException> registrationRefusals = new LinkedBlockingQueue<>();
    final BlockingQueue<Throwable> handlerFailures = new LinkedBlockingQueue<>();

    @Override
    public void disconnected(ParleyException reason) {
      disconnects.add(reason);
    }

    @Override
    public void settleRefused(long sequence, ParleyException reason) {
      settleRefusals.add(reason);
    }

    @Override
    public void registrationRefused(List<String> types, ParleyException reason) {
      registrationRefusals.add(reason);
    }

    @Override
    public void handlerFailed(String type, Throwable failure) {
      handlerFailures.add(failure);
    }
  }

  ParleyClient.Builder builder() {
    return ParleyClient.builder()
        .uri(broker.uri())
        .service("cart")
        .instance("cart-1")
        .listener(told);
  }

  /** A connected client and the broker's end of its connection. */
  record Connected(ParleyClient client, ScriptedBroker.Peer peer) {}

  Connected connect() throws InterruptedException {
    return connect(builder());
  }

  Connected connect(ParleyClient.Builder builder) throws InterruptedException {
    CompletableFuture<ParleyClient> connecting = later(builder::connect);
    ScriptedBroker.Peer peer = broker.welcome();
    ParleyClient client = connecting.join();
    clients.add(client);
    return new Connected(client, peer);
  }

  /** The first credit of a consumer, given with its registration or right after it. */
  static int credit(ScriptedBroker.Peer peer, Request.Consume consume) throws InterruptedException {
    return consume.credit() > 0 ? consume.credit() : peer.await(Request.Credit.class).messages();
  }

  /** Runs something that waits, on a thread of its own. */
  static <T> CompletableFuture<T> later(Callable<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(work.call());
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            },
            "caller");
    thread.setDaemon(true);
    thread.start();
    return result;
  }

  static CompletableFuture<Void> later(Runnable work) {
    return later(
        () -> {
          work.run();
          return null;
        });
  }

  static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
    T item = queue.poll(15, TimeUnit.SECONDS);
    if (item == null) {
      throw new AssertionError("nothing within 15 s");
    }
    return item;
  }

  /** What a future fails with. */
  static Throwable failureOf(CompletableFuture<?> future) {
    try {
      Object result = future.orTimeout(15, TimeUnit.SECONDS).join();
      throw new AssertionError("completed with " + result + " (expected: a failure)");
    } catch (CompletionException e) {
      return e.getCause();
    }
  }

  static Message command(MessageId id, String body) {
    return message(MessageKind.COMMAND, TYPE, id, null, body);
  }

  static Message message(
      MessageKind kind, String type, MessageId id, MessageId correlation, String body) {
    return new Message(
        id,
        kind,
        type,
        null,
        correlation,
        null,
        0,
        0,
        0,
        false,
        false,
        "text/plain; charset=utf-8",
        Map.of(),
        body.getBytes(UTF_8));
  }

  /** As many commands, with bodies "0", "1", … and ids (7, 0), (7, 1), … */
  static MessageBatch commands(int count) {
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      messages.add(command(new MessageId(7, i), String.valueOf(i)));
    }
    return ScriptedBroker.batch(messages);
  }

  static final Duration LONG = Duration.ofSeconds(15);
}
