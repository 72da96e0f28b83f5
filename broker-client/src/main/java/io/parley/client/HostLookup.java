package io.parley.client;

import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Finds the addresses of hosts beside the event loops: a name server that takes its time must not
 * hold up other clients. Threads end soon after the last question.
 *
 * <p>Any thread.
 */
final class HostLookup {
  private static final int THREADS = 2;
  private static final int IDLE_THREAD_ENDS_AFTER_S = 10;

  private static final Executor THREAD_POOL = threads();

  private HostLookup() {}

  private static Executor threads() {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_THREAD_ENDS_AFTER_S,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            new DefaultThreadFactory("parley-client-lookup", true));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** The host's address; fails with {@link UnknownHostException}. At once, if it is one already. */
  static CompletableFuture<InetAddress> find(String host) {
    InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
    return literal != null
        ? CompletableFuture.completedFuture(literal)
        : CompletableFuture.supplyAsync(() -> lookUp(host), THREAD_POOL);
  }

  private static InetAddress lookUp(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new CompletionException(e);
    }
  }
}
