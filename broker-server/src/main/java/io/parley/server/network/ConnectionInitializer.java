package io.parley.server.network;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.codec.FrameDecoder;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.BytePool;
import io.parley.server.security.Authenticator;
import io.parley.server.session.ConnectionListener;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pipeline of a connection, and the set of them.
 *
 * <pre>
 *   socket -> bytes -> frames -> greeting, then requests -> Session
 *   socket <------------------------------- Connection <- any thread
 * </pre>
 */
final class ConnectionInitializer extends ChannelInitializer<Channel> {
  private static final Logger log = LoggerFactory.getLogger(ConnectionInitializer.class);
  private static final int OVERLOADED_RETRY_AFTER_MS = 1_000;

  /** Most bytes of arrays that wait for batches to come. */
  private static final long BATCHES_KEPT_BYTES_MAX = 16L << 20;

  private final NetworkSettings settings;
  private final Authenticator authenticator;
  private final ConnectionListener listener;
  private final NetworkCounters counters;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final OutboundMemory outbound;
  private final InboundMemory inbound;
  private final BytePool batches = new BytePool(BATCHES_KEPT_BYTES_MAX);
  private volatile boolean draining;

  ConnectionInitializer(
      NetworkSettings settings,
      Authenticator authenticator,
      ConnectionListener listener,
      OutboundMemory outbound,
      InboundMemory inbound,
      NetworkCounters counters) {
    this.settings = settings;
    this.authenticator = authenticator;
    this.listener = listener;
    this.outbound = outbound;
    this.inbound = inbound;
    this.counters = counters;
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // a close that fails has nothing left to close
  protected void initChannel(Channel channel) {
    if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
      channel.close(); // gone before it was accepted
      return;
    }
    Connection connection =
        new Connection(
            channel, remote, settings.outboundHighWaterBytes(), outbound, inbound, counters);
    FrameDecoder decoder = FrameDecoder.atBroker(batches);
    int open = counters.connectionOpened();
    int greetings = counters.greetingStarted();
    connections.add(connection);
    channel.closeFuture().addListener(closed -> closed(connection));
    channel
        .pipeline()
        .addLast("bytes", new Bytes(connection, decoder, counters))
        .addLast("frames", decoder)
        .addLast(
            "greeting",
            new HelloHandler(
                connection,
                decoder,
                authenticator,
                listener,
                settings.helloTimeout(),
                () -> draining,
                counters));
    if (open > settings.connectionsMax()) {
      refuse(connection, ErrorCode.TOO_MANY, 0, "connections", open, settings.connectionsMax());
    } else if (greetings > settings.greetingsMax()) {
      refuse(
          connection,
          ErrorCode.OVERLOADED,
          OVERLOADED_RETRY_AFTER_MS,
          "connections before their HELLO",
          greetings,
          settings.greetingsMax());
    }
  }

  /** All connections, welcomed or not; others may come and go meanwhile. */
  Set<Connection> connections() {
    return connections;
  }

  /** Where memory is scarce, those go that hold some and are stuck. Called now and then. */
  void shed() {
    boolean output = outbound.takeScarce();
    boolean input = inbound.isScarce();
    if (output || input) {
      for (Connection connection : connections) {
        connection.execute(
            () -> {
              if (output) {
                connection.shedUnlessReading();
              }
              if (input) {
                connection.unfinished().shedUnlessGrowing();
              }
            });
      }
    }
  }

  /** From now on nobody is welcomed; those who say hello are told to go elsewhere. */
  void drain() {
    draining = true;
  }

  private void closed(Connection connection) {
    counters.connectionClosed();
    connection.unfinished().end();
    synchronized (connections) {
      connections.remove(connection);
      connections.notifyAll();
    }
  }

  private void refuse(
      Connection connection, ErrorCode code, int retryAfterMs, String what, int number, int max) {
    counters.connectionRefused();
    log.warn(
        "refused connection {}: {} {} (expected: {} at most)",
        connection.remoteAddress(),
        number,
        what,
        max);
    connection.close(
        new Response.Failure(
            0,
            code,
            true,
            retryAfterMs,
            what + ": " + number + " (expected: " + max + " at most)"));
  }

  /** Counts what comes in, and drops it once the connection is closing. */
  private static final class Bytes extends ChannelDuplexHandler {
    private final Connection connection;
    private final FrameDecoder decoder;
    private final NetworkCounters counters;

    Bytes(Connection connection, FrameDecoder decoder, NetworkCounters counters) {
      this.connection = connection;
      this.decoder = decoder;
      this.counters = counters;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      counters.read(bytes.readableBytes());
      if (connection.isClosing()) {
        bytes.release();
      } else {
        int missing = decoder.missingBytes();
        if (missing > 0 && missing < bytes.readableBytes()) {
          // Alone, so that what follows isn't added to the frame's buffer and keeps it.
          ctx.fireChannelRead(bytes.readRetainedSlice(missing));
        }
        ctx.fireChannelRead(bytes);
        connection.unfinished().read(decoder.unfinishedBytes());
      }
    }

    /** Inside a frame the decoder asks for more of it, be reading paused or not. */
    @Override
    public void read(ChannelHandlerContext ctx) {
      if (ctx.channel().config().isAutoRead()) {
        ctx.read();
      }
    }
  }
}
