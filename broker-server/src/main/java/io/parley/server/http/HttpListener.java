package io.parley.server.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.server.admin.AdminApi;
import io.parley.server.admin.Readiness;
import io.parley.server.security.Authenticator;
import io.parley.server.telemetry.ServerMetrics;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for operators and their tools: health, metrics, administration. Safe for use by any
 * thread, but not its own event loop.
 */
public final class HttpListener implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HttpListener.class);
  private static final int ACCEPT_BACKLOG = 128;
  private static final long DRAIN_MS = 5_000;

  private final EventLoopGroup eventLoop;
  private final Connections connections;
  private final Channel serverChannel;
  private final InetSocketAddress address;
  private final AtomicBoolean closed = new AtomicBoolean();

  private HttpListener(EventLoopGroup eventLoop, Connections connections, Channel serverChannel) {
    this.eventLoop = eventLoop;
    this.connections = connections;
    this.serverChannel = serverChannel;
    this.address = (InetSocketAddress) serverChannel.localAddress();
  }

  /**
   * Listens from now on.
   *
   * @param authenticator who may administrate; health and metrics are for anybody who can connect
   * @param admin answers what is below {@code /admin/v1}
   * @param readiness answers {@code /health/ready}
   * @param metrics answers {@code /metrics}
   * @throws ParleyException with {@code INVALID_ARGUMENT} if the address can't be listened on
   */
  public static HttpListener start(
      HttpSettings settings,
      Authenticator authenticator,
      AdminApi admin,
      Readiness readiness,
      ServerMetrics metrics) {
    return start(
        settings,
        HttpLimits.DEFAULTS,
        new AccessCheck(authenticator),
        new Routes(admin, readiness, metrics));
  }

  static HttpListener start(
      HttpSettings settings, HttpLimits limits, AccessCheck access, Routes routes) {
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    EventLoopGroup eventLoop =
        new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("parley-http"), io);
    Connections connections = new Connections(limits, access, routes, eventLoop);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(eventLoop)
            .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, ACCEPT_BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(connections)
            .bind(new InetSocketAddress(settings.host(), settings.port()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
      throw notListening(settings, bound.cause());
    }
    HttpListener started = new HttpListener(eventLoop, connections, bound.channel());
    log.info("listening for HTTP on {}:{}", settings.host(), started.port());
    return started;
  }

  private static ParleyException notListening(HttpSettings settings, Throwable cause) {
    ParleyException refused =
        new ParleyException(
            ErrorCode.INVALID_ARGUMENT,
            "cannot listen for HTTP on "
                + settings.host()
                + ":"
                + settings.port()
                + ": "
                + cause.getMessage()
                + " (expected: an address of this machine and a port that is free; stop what listens"
                + " there, or set http.host and http.port, 0 for any port that is free)");
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

  /** Frees the port, lets requests in hand be answered for up to 5 seconds, closes the rest. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    serverChannel.close().awaitUninterruptibly();
    connections.stop(eventLoop);
    eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /**
   * The pipeline of a connection, and the set of them.
   *
   * <pre>
   *   socket -> http -> whole requests -> HttpConnection -> Routes
   *   socket &lt;- http &lt;------------------- HttpConnection
   * </pre>
   */
  private static final class Connections extends ChannelInitializer<Channel> {
    private final HttpLimits limits;
    private final AccessCheck access;
    private final Routes routes;
    private final HttpConnection.AdminBudget budget;
    private final ChannelGroup open;
    private boolean isFull;

    Connections(HttpLimits limits, AccessCheck access, Routes routes, EventLoopGroup eventLoop) {
      this.limits = limits;
      this.access = access;
      this.routes = routes;
      this.open = new DefaultChannelGroup(eventLoop.next());
      this.budget = new HttpConnection.AdminBudget(limits.adminRequestsMax());
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // a close that fails has nothing left to close
    protected void initChannel(Channel channel) {
      if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
        channel.close(); // gone before it was accepted
        return;
      }
      if (open.size() >= limits.connectionsMax()) {
        sayThatItIsFull();
        channel.close();
        return;
      }
      isFull = false;
      open.add(channel);
      ChannelPipeline pipeline = channel.pipeline();
      pipeline.addLast(
          new HttpServerCodec(
              new HttpDecoderConfig()
                  .setMaxInitialLineLength(HttpLimits.LINE_MAX_BYTES)
                  .setMaxHeaderSize(HttpLimits.HEADERS_MAX_BYTES)
                  .setMaxChunkSize(HttpLimits.CHUNK_MAX_BYTES)));
      pipeline.addLast(new WholeRequests(limits.requestBytesMax()));
      pipeline.addLast(
          "requests",
          new HttpConnection(channel, remote.getAddress(), limits, routes, access, budget));
    }

    /** Once, as who connects too often does so again and again. */
    private void sayThatItIsFull() {
      if (!isFull) {
        isFull = true;
        log.warn("refusing HTTP connections: {} are open, which is the most", open.size());
      }
    }

    /** Waits until all are closed, or the time is over. */
    void stop(EventLoopGroup eventLoop) {
      eventLoop
          .next()
          .submit(
              () -> {
                for (Channel channel : open) {
                  stop(channel.pipeline().get(HttpConnection.class));
                }
              })
          .awaitUninterruptibly();
      open.newCloseFuture().awaitUninterruptibly(DRAIN_MS);
    }

    private static void stop(@Nullable HttpConnection connection) {
      if (connection != null) {
        connection.stop();
      }
    }
  }

  /** Gathers the parts of a request; one that is too large is refused by {@link HttpConnection}. */
  private static final class WholeRequests extends HttpObjectAggregator {
    WholeRequests(int maxBytes) {
      super(maxBytes);
    }

    @Override
    protected @Nullable Object newContinueResponse(
        HttpMessage start, int maxBytes, ChannelPipeline pipeline) {
      return isContentLengthInvalid(start, maxBytes)
          ? null
          : super.newContinueResponse(start, maxBytes, pipeline);
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
      ctx.fireChannelRead(new HttpConnection.TooLarge());
    }
  }
}
