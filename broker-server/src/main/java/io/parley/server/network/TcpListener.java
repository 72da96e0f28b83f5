package io.parley.server.network;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.frame.Response;
import io.parley.server.security.Authenticator;
import io.parley.server.session.ConnectionListener;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for clients. To stop without cutting anybody off: {@link #stopAccepting}, {@link
 * #sendGoingAway}, {@link #awaitNoConnections}, {@link #close}. Safe for use by any thread, but
 * none of its own event loops.
 */
public final class TcpListener implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TcpListener.class);

  private static final Response.Failure GOING_AWAY =
      new Response.Failure(
          0, ErrorCode.GOING_AWAY, false, 0, "the broker is stopping; connect again");

  private static final int ACCEPT_BACKLOG = 1_024;

  /** Who is stuck from one look to the next while memory is scarce has to go. */
  private static final int SHED_MS = 250;

  private static final int READ_MIN_BYTES = 256;
  private static final int READ_FIRST_BYTES = 2 * 1024;
  private static final int READ_MAX_BYTES = 256 * 1024;

  private static final Duration CLOSE_TIME = Duration.ofSeconds(2);

  private final EventLoopGroup eventLoops;
  private final ConnectionInitializer initializer;
  private final OutboundMemory outbound;
  private final InboundMemory inbound;
  private final NetworkCounters counters;
  private final Channel serverChannel;
  private final InetSocketAddress address;

  private TcpListener(
      EventLoopGroup eventLoops,
      ConnectionInitializer initializer,
      OutboundMemory outbound,
      InboundMemory inbound,
      NetworkCounters counters,
      Channel serverChannel) {
    this.eventLoops = eventLoops;
    this.initializer = initializer;
    this.outbound = outbound;
    this.inbound = inbound;
    this.counters = counters;
    this.serverChannel = serverChannel;
    this.address = (InetSocketAddress) serverChannel.localAddress();
  }

  /**
   * Listens from now on.
   *
   * @param listener told of each authenticated connection, on an event loop. The {@code Hello} it
   *     gets has the authenticated principal as its user, and no secret.
   * @throws ParleyException with {@code INVALID_ARGUMENT} if the address can't be listened on
   */
  public static TcpListener start(
      NetworkSettings settings, Authenticator authenticator, ConnectionListener listener) {
    return start(
        settings,
        authenticator,
        listener,
        new OutboundMemory(OutboundMemory.MAX_BYTES),
        new InboundMemory(InboundMemory.MAX_BYTES));
  }

  static TcpListener start(
      NetworkSettings settings,
      Authenticator authenticator,
      ConnectionListener listener,
      OutboundMemory outbound,
      InboundMemory inbound) {
    NetworkCounters counters = new NetworkCounters();
    ConnectionInitializer initializer =
        new ConnectionInitializer(settings, authenticator, listener, outbound, inbound, counters);
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    EventLoopGroup eventLoops =
        new MultiThreadIoEventLoopGroup(
            settings.eventLoopThreads(), new DefaultThreadFactory("parley-network"), io);
    ChannelFuture bound =
        bootstrap(
                eventLoops,
                epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class,
                initializer)
            .bind(new InetSocketAddress(settings.address(), settings.port()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
      throw notListening(settings, bound.cause());
    }
    var unused =
        eventLoops
            .next()
            .scheduleWithFixedDelay(initializer::shed, SHED_MS, SHED_MS, TimeUnit.MILLISECONDS);
    TcpListener started =
        new TcpListener(eventLoops, initializer, outbound, inbound, counters, bound.channel());
    log.info(
        "listening for clients on {}:{} ({}, {} event loops)",
        settings.address(),
        started.port(),
        epoll ? "epoll" : "nio",
        settings.eventLoopThreads());
    return started;
  }

  private static ServerBootstrap bootstrap(
      EventLoopGroup eventLoops,
      Class<? extends ServerChannel> channelType,
      ConnectionInitializer initializer) {
    return new ServerBootstrap()
        .group(eventLoops)
        .channel(channelType)
        .option(ChannelOption.SO_BACKLOG, ACCEPT_BACKLOG)
        // Else a restart has to wait for the connections of the broker before to time out.
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.SO_KEEPALIVE, true)
        .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
        .childOption(
            ChannelOption.RECVBUF_ALLOCATOR,
            new AdaptiveRecvByteBufAllocator(READ_MIN_BYTES, READ_FIRST_BYTES, READ_MAX_BYTES))
        .childHandler(initializer);
  }

  private static ParleyException notListening(NetworkSettings settings, Throwable cause) {
    ParleyException refused =
        new ParleyException(
            ErrorCode.INVALID_ARGUMENT,
            "cannot listen for clients on "
                + settings.address()
                + ":"
                + settings.port()
                + ": "
                + cause.getMessage()
                + " (expected: an address of this machine and a port that is free; stop what listens"
                + " there, or set another network.port, 0 for any that is free)");
    refused.initCause(cause);
    return refused;
  }

  /** The address listened on. */
  public InetSocketAddress address() {
    return address;
  }

  /** The port listened on, also where the settings say 0. */
  public int port() {
    return address.getPort();
  }

  /** What the network counts. */
  public NetworkCounters counters() {
    return counters;
  }

  /** Bytes that wait to be written to clients. */
  public long outboundBytes() {
    return outbound.bytes();
  }

  /** Bytes of frames that clients have begun to send. */
  public long inboundBytes() {
    return inbound.bytes();
  }

  /** Frees the port; connections stay, those that haven't said hello are refused when they do. */
  public void stopAccepting() {
    initializer.drain();
    serverChannel.close().awaitUninterruptibly();
  }

  /** Tells all clients, with a {@code GOING_AWAY} that doesn't close, to finish and leave. */
  public void sendGoingAway() {
    for (Connection connection : initializer.connections()) {
      connection.send(GOING_AWAY);
    }
  }

  /**
   * Waits until all clients have left.
   *
   * @return whether they did in that time
   */
  public boolean awaitNoConnections(Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    Set<Connection> connections = initializer.connections();
    synchronized (connections) {
      while (!connections.isEmpty()) {
        long leftMs = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (leftMs <= 0) {
          return false;
        }
        connections.wait(leftMs);
      }
    }
    return true;
  }

  /**
   * Closes all connections, after what is queued for them and {@code GOING_AWAY}, and stops the
   * event loops. Takes up to about 3 seconds, where clients don't read.
   */
  @Override
  public void close() {
    stopAccepting();
    for (Connection connection : initializer.connections()) {
      connection.close(GOING_AWAY);
    }
    try {
      awaitNoConnections(CLOSE_TIME);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
