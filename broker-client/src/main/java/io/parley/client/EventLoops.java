package io.parley.client;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The event loops of this process, which its clients share: one for each processor. A thousand
 * clients with a thread each would spend their time waking them; see {@code
 * docs/adr/0043-clients-share-event-loops.md}. A loop's thread starts with the first connection on
 * it; all end with the last client.
 *
 * <p>Any thread.
 */
final class EventLoops {
  private static final int LOOPS = Runtime.getRuntime().availableProcessors();

  /** A bound for Netty, with nothing left to do by then. */
  private static final int END_WITHIN_MS = 1_000;

  private static @Nullable EventLoopGroup group;
  private static int clients;

  private EventLoops() {}

  /** A loop for one more client, until it leaves. Clients take turns. */
  static synchronized EventLoop join() {
    if (group == null) {
      group = new MultiThreadIoEventLoopGroup(LOOPS, new Threads(), handler());
    }
    clients++;
    return group.next();
  }

  /**
   * Says that a client needs its loop no more, once for each that joined.
   *
   * @return completes at once, or after the last client when the threads have ended
   */
  static synchronized CompletableFuture<Void> leave() {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    clients--;
    if (clients > 0 || group == null) {
      ended.complete(null);
      return ended;
    }
    var unused =
        group
            .shutdownGracefully(0, END_WITHIN_MS, TimeUnit.MILLISECONDS)
            .addListener(done -> ended.complete(null));
    group = null;
    return ended;
  }

  /** Whether the current thread is a loop's, and must not wait for anything. */
  static boolean isCurrent() {
    return Thread.currentThread() instanceof LoopThread;
  }

  /** The kind of socket that goes with the loops. */
  static Class<? extends SocketChannel> socketClass() {
    return Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  private static IoHandlerFactory handler() {
    return Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
  }

  private static final class Threads extends DefaultThreadFactory {
    Threads() {
      super("parley-client", true);
    }

    @Override
    protected Thread newThread(Runnable work, String name) {
      return new LoopThread(threadGroup, work, name);
    }
  }

  private static final class LoopThread extends FastThreadLocalThread {
    LoopThread(@Nullable ThreadGroup group, Runnable work, String name) {
      super(group, work, name);
    }
  }
}
