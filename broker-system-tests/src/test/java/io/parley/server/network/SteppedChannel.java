package io.parley.server.network;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.GenericFutureListener;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A channel whose event loop goes one step when it is told to: a task that was given to it, or the
 * end of a write. Of Netty's interfaces it has what {@link Connection} uses while it is open.
 */
final class SteppedChannel {
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

  // the event loop's
  private final Queue<Runnable> writes = new ArrayDeque<>();
  private long bytesWritten;

  /** Written by the event loop; looked at afterwards. */
  private volatile boolean isAutoRead = true;

  private final EventLoop loop = fake(EventLoop.class, this::ofLoop);
  private final ChannelConfig config = fake(ChannelConfig.class, this::ofConfig);
  private final Channel channel = fake(Channel.class, this::ofChannel);

  /** A connection over it, with a session; both sides have greeted each other. */
  static Connection connect(
      SteppedChannel stepped, int highWaterBytes, OutboundMemory outbound, InboundMemory inbound) {
    return new Connection(
        stepped.channel,
        new InetSocketAddress("127.0.0.1", 1),
        highWaterBytes,
        outbound,
        inbound,
        new NetworkCounters());
  }

  /** One step of the event loop; false if there is nothing to do. */
  boolean step() {
    Runnable next = tasks.poll();
    if (next == null) {
      next = writes.poll();
    }
    if (next == null) {
      return false;
    }
    next.run();
    return true;
  }

  boolean isIdle() {
    return tasks.isEmpty() && writes.isEmpty();
  }

  boolean isAutoRead() {
    return isAutoRead;
  }

  long bytesWritten() {
    return bytesWritten;
  }

  private Object ofLoop(Method method, Object[] arguments) {
    if (method.getName().equals("execute")) {
      tasks.add((Runnable) arguments[0]);
      return null;
    }
    throw new UnsupportedOperationException(method.toString());
  }

  private Object ofConfig(Method method, Object[] arguments) {
    switch (method.getName()) {
      case "isAutoRead":
        return isAutoRead;
      case "setAutoRead":
        isAutoRead = (boolean) arguments[0];
        return config;
      default:
        throw new UnsupportedOperationException(method.toString());
    }
  }

  private Object ofChannel(Method method, Object[] arguments) {
    switch (method.getName()) {
      case "eventLoop":
        return loop;
      case "config":
        return config;
      case "alloc":
        return UnpooledByteBufAllocator.DEFAULT;
      case "flush":
        return channel;
      case "write":
        ByteBuf buffer = (ByteBuf) arguments[0];
        bytesWritten += buffer.readableBytes();
        buffer.release();
        return new Write().future;
      default:
        throw new UnsupportedOperationException(method.toString());
    }
  }

  /** Ends when the event loop comes to it. */
  private final class Write {
    private final AtomicBoolean ended = new AtomicBoolean();
    private final ChannelFuture future = fake(ChannelFuture.class, this::of);

    private Object of(Method method, Object[] arguments) {
      switch (method.getName()) {
        case "addListener":
          @SuppressWarnings("unchecked")
          var listener = (GenericFutureListener<ChannelFuture>) arguments[0];
          writes.add(() -> end(listener));
          return future;
        case "isSuccess":
          return ended.get();
        default:
          throw new UnsupportedOperationException(method.toString());
      }
    }

    private void end(GenericFutureListener<ChannelFuture> listener) {
      ended.set(true);
      try {
        listener.operationComplete(future);
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  private static <T> T fake(Class<T> type, Calls calls) {
    Object fake =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "equals" -> proxy == arguments[0];
                  case "hashCode" -> type.hashCode();
                  case "toString" -> type.getSimpleName();
                  default -> calls.call(method, arguments);
                });
    return type.cast(fake);
  }

  private interface Calls {
    Object call(Method method, Object[] arguments);
  }
}
