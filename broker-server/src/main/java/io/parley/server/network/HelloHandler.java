package io.parley.server.network;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.MalformedFrameException;
import io.parley.protocol.ParleyException;
import io.parley.protocol.ProtocolVersion;
import io.parley.protocol.codec.FrameDecoder;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.Names;
import io.parley.server.security.Authenticator;
import io.parley.server.security.Principal;
import io.parley.server.session.ConnectionListener;
import io.parley.server.session.Session;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the client's first frame, checks who it is, and makes way for {@link RequestHandler}.
 * Until then nothing but one small frame is read.
 */
final class HelloHandler extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(HelloHandler.class);

  private final Connection connection;
  private final FrameDecoder decoder;
  private final Authenticator authenticator;
  private final ConnectionListener listener;
  private final Duration timeout;
  private final BooleanSupplier draining;
  private final NetworkCounters counters;
  private @Nullable Future<?> timer;
  private boolean greeting;

  HelloHandler(
      Connection connection,
      FrameDecoder decoder,
      Authenticator authenticator,
      ConnectionListener listener,
      Duration timeout,
      BooleanSupplier draining,
      NetworkCounters counters) {
    this.connection = connection;
    this.decoder = decoder;
    this.authenticator = authenticator;
    this.listener = listener;
    this.timeout = timeout;
    this.draining = draining;
    this.counters = counters;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    greeting = true;
    timer = ctx.executor().schedule(this::tooLate, timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    greetingEnded();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (connection.isClosing()) {
      ReferenceCountUtil.release(message); // the decoder's rest, when the connection is shed
      return;
    }
    counters.frameRead();
    if (!(message instanceof Request.Hello hello)) {
      connection.fail(
          new MalformedFrameException(
              "first frame: " + ((Frame) message).type() + " (expected: HELLO)"),
          "greeting");
      return;
    }
    try {
      greet(ctx, hello);
    } catch (ParleyException e) {
      refuse(hello.correlation(), e);
    } catch (RuntimeException e) {
      connection.fail(e, "answering HELLO");
    }
  }

  private void greet(ChannelHandlerContext ctx, Request.Hello hello) {
    ProtocolVersion.agree(hello.oldestVersion(), hello.newestVersion());
    Principal principal =
        authenticator.authenticate(hello.user(), hello.secret(), connection.remoteHost());
    checkNames(hello);
    if (draining.getAsBoolean()) {
      throw new ParleyException(ErrorCode.GOING_AWAY, "the broker is stopping");
    }
    Session session = listener.opened(authenticated(hello, principal), connection);
    connection.opened(session);
    Response.HelloOk welcome = session.welcome();
    decoder.established(welcome.maxFrameBytes());
    ctx.pipeline()
        .replace(
            this,
            "requests",
            new RequestHandler(connection, session, welcome.heartbeatMs(), counters));
    connection.welcome(welcome);
  }

  private static void checkNames(Request.Hello hello) {
    checkName("namespace", hello.namespace());
    if (!hello.service().isEmpty()) {
      checkName("service", hello.service());
    }
    if (!hello.instance().isEmpty()) {
      checkName("instance", hello.instance());
    }
  }

  private static void checkName(String what, String name) {
    try {
      Names.require(what, name);
    } catch (IllegalArgumentException e) {
      throw new ParleyException(ErrorCode.INVALID_NAME, String.valueOf(e.getMessage()));
    }
  }

  /** The secret goes no further, and the user is who it was found to be. */
  private static Request.Hello authenticated(Request.Hello hello, Principal principal) {
    return new Request.Hello(
        hello.correlation(),
        hello.oldestVersion(),
        hello.newestVersion(),
        hello.capabilities(),
        hello.namespace(),
        hello.service(),
        hello.instance(),
        principal.name(),
        "",
        hello.producerSession(),
        hello.clientLibrary());
  }

  private void refuse(int correlation, ParleyException e) {
    counters.connectionRefused();
    log.info(
        "refused connection {}: {}",
        connection.remoteAddress(),
        Connection.printable(e.toString()));
    connection.close(
        new Response.Failure(
            correlation,
            e.code(),
            true,
            (int) Math.min(Integer.MAX_VALUE, e.retryAfter().toMillis()),
            String.valueOf(e.getMessage())));
  }

  private void tooLate() {
    counters.connectionRefused();
    log.info("closing connection {}: no HELLO within {}", connection.remoteAddress(), timeout);
    connection.close(
        Connection.closing(
            0,
            ErrorCode.UNAUTHENTICATED,
            "no HELLO within " + timeout.toMillis() + " ms of connecting"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    connection.fail(cause, "greeting");
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    greetingEnded();
    connection.end();
  }

  private void greetingEnded() {
    if (greeting) {
      greeting = false;
      counters.greetingEnded();
      if (timer != null) {
        timer.cancel(false);
      }
    }
  }
}
