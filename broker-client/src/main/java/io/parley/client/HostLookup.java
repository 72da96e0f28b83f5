package io.parley.client;

import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/**
 * Finds the addresses of hosts beside the event loops: a name server that takes its time must not
 * hold up other clients, nor their lookups. A client asks for one host at a time, so there are
 * never more threads than clients; one ends after a minute without a question.
 *
 * <p>Any thread.
 */
final class HostLookup {
  private static final Executor THREADS =
      Executors.newCachedThreadPool(new DefaultThreadFactory("parley-client-lookup", true));

  private HostLookup() {}

  /** The host's address; fails with {@link UnknownHostException}. At once, if it is one already. */
  static CompletableFuture<InetAddress> find(String host) {
    InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
    return literal != null
        ? CompletableFuture.completedFuture(literal)
        : CompletableFuture.supplyAsync(() -> lookUp(host), THREADS);
  }

  private static InetAddress lookUp(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new CompletionException(e);
    }
  }
}
