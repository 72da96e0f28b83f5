package io.parley.server.network;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.parley.protocol.frame.Request;
import io.parley.server.session.Session;

/** Hands a welcomed client's requests to its session. Whatever goes wrong ends this connection. */
final class RequestHandler extends ChannelInboundHandlerAdapter {
  private final Connection connection;
  private final Session session;
  private final Liveness liveness;
  private final NetworkCounters counters;

  RequestHandler(
      Connection connection, Session session, int heartbeatMs, NetworkCounters counters) {
    this.connection = connection;
    this.session = session;
    this.liveness = new Liveness(connection, heartbeatMs);
    this.counters = counters;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    liveness.start(ctx.channel().eventLoop());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (connection.isClosing()) {
      ReferenceCountUtil.release(message); // the decoder's rest, when the connection is shed
      return;
    }
    counters.frameRead();
    liveness.frameRead();
    Request request = (Request) message;
    try {
      session.received(request);
      connection.frameHandled(session);
    } catch (Throwable e) { // whatever it is, it must not reach another connection
      connection.fail(e, "handling " + request.type());
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    connection.fail(cause, "reading");
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    liveness.stop();
    connection.end();
  }
}
