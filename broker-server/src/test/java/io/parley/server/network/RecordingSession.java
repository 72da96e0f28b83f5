package io.parley.server.network;

import io.parley.protocol.WireLimits;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageId;
import io.parley.server.session.ClientChannel;
import io.parley.server.session.Session;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Keeps what the network tells it, and does with a request what the test says. */
final class RecordingSession implements Session {
  static final int HEARTBEAT_MS = 10_000;

  final Request.Hello hello;
  final ClientChannel channel;
  final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
  final AtomicInteger writables = new AtomicInteger();
  final AtomicInteger disconnects = new AtomicInteger();
  final CompletableFuture<Void> disconnected = new CompletableFuture<>();
  final BlockingQueue<String> writableSignals = new LinkedBlockingQueue<>();
  volatile Consumer<Request> onRequest = request -> {};
  volatile BooleanSupplier acceptsMore = () -> true;
  int heartbeatMs = HEARTBEAT_MS;

  RecordingSession(Request.Hello hello, ClientChannel channel) {
    this.hello = hello;
    this.channel = channel;
  }

  @Override
  public Response.HelloOk welcome() {
    return new Response.HelloOk(
        hello.correlation(),
        1,
        0,
        new MessageId(1, 2),
        3,
        WireLimits.MESSAGE_DEFAULT_MAX_BYTES + WireLimits.FRAME_OVERHEAD_BYTES,
        WireLimits.MESSAGE_DEFAULT_MAX_BYTES,
        1 << 20,
        heartbeatMs,
        30_000);
  }

  @Override
  public void received(Request request) {
    requests.add(request);
    onRequest.accept(request);
  }

  @Override
  public boolean acceptsMore() {
    return acceptsMore.getAsBoolean();
  }

  @Override
  public void writable() {
    writables.incrementAndGet();
    writableSignals.add("writable");
  }

  @Override
  public void disconnected() {
    disconnects.incrementAndGet();
    disconnected.complete(null);
  }
}
