package io.parley.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client. It reads one request, answers it, and only then reads the next: what the client sends
 * ahead stays in the socket, but for what came with the request. Reading, answering and writing
 * each have their time, after which the connection is closed.
 *
 * <pre>
 *   waiting --request--> answering --answer, or too late--> writing --written--> waiting
 *      |                                                       |
 *      +------too late, or stopping------> closed <------------+ too late, or not kept alive
 * </pre>
 *
 * <p>Event loop only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails has nothing left to close
final class HttpConnection extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(HttpConnection.class);

  /** How long what a refused client still sends is read, so that it gets to read the refusal. */
  private static final Duration LINGER = Duration.ofSeconds(1);

  private final Channel channel;
  private final InetAddress from;
  private final HttpLimits limits;
  private final Routes routes;
  private final AccessCheck access;
  private final AdminBudget budget;

  /** Requests that came in the same packet as the one being answered. */
  private final Deque<Object> sentAhead = new ArrayDeque<>();

  private @Nullable Future<?> deadline;
  private boolean isWaiting;
  private boolean isStopping;
  private boolean isLingering;

  HttpConnection(
      Channel channel,
      InetAddress from,
      HttpLimits limits,
      Routes routes,
      AccessCheck access,
      AdminBudget budget) {
    this.channel = channel;
    this.from = from;
    this.limits = limits;
    this.routes = routes;
    this.access = access;
    this.budget = budget;
  }

  /** A request whose body is over the limit; what comes of it is dropped. */
  record TooLarge() {}

  /** How many admin requests are between their arrival and the last byte of their answer. */
  static final class AdminBudget {
    private final int max;
    private int used;

    AdminBudget(int max) {
      this.max = max;
    }

    void take() {
      if (used >= max) {
        throw new ParleyException(
            ErrorCode.OVERLOADED,
            "admin requests at once: " + (used + 1) + " (expected: " + max + " at most)",
            Duration.ofSeconds(1));
      }
      used++;
    }

    void giveBack() {
      used--;
    }
  }

  /** Lets a request in hand be answered, then closes. */
  void stop() {
    isStopping = true;
    if (isWaiting) {
      channel.close();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    waitForRequest();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (isWaiting || isLingering) {
      stopDeadline();
    }
    // An exchange ends by itself, in time, and only then gives back what it holds.
    isWaiting = false;
    sentAhead.forEach(ReferenceCountUtil::release);
    sentAhead.clear();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    log.debug("closing HTTP connection of {}: {}", from, cause.toString());
    channel.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (isWaiting) {
      handle(message);
    } else if (isLingering) {
      ReferenceCountUtil.release(message);
    } else {
      sentAhead.add(message);
    }
  }

  private void handle(Object message) {
    isWaiting = false;
    stopDeadline();
    channel.config().setAutoRead(false);
    try {
      if (message instanceof FullHttpRequest request && request.decoderResult().isSuccess()) {
        new Exchange(request).begin(request);
      } else {
        Answer refusal =
            message instanceof FullHttpRequest broken
                ? broken(broken.decoderResult())
                : tooLarge(limits.requestBytesMax());
        new Exchange(HttpVersion.HTTP_1_1, "broken request", false, false).write(refusal, true);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private static Answer broken(DecoderResult result) {
    Throwable cause = result.cause();
    int status = 400;
    String expected = "HTTP/1.1";
    if (cause instanceof TooLongHttpLineException) {
      status = HttpResponseStatus.REQUEST_URI_TOO_LONG.code();
      expected = "a first line of at most " + HttpLimits.LINE_MAX_BYTES + " bytes";
    } else if (cause instanceof TooLongHttpHeaderException) {
      status = HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE.code();
      expected = "headers of at most " + HttpLimits.HEADERS_MAX_BYTES + " bytes";
    }
    return HttpErrors.of(
        status,
        ErrorCode.INVALID_ARGUMENT,
        "request: " + cause.getMessage() + " (expected: " + expected + ")");
  }

  private static Answer tooLarge(int max) {
    return HttpErrors.of(
        HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE.code(),
        ErrorCode.INVALID_ARGUMENT,
        "body: too large (expected: at most " + max + " bytes)");
  }

  private void waitForRequest() {
    if (isStopping) {
      channel.close();
      return;
    }
    if (sentAhead.isEmpty()) {
      isWaiting = true;
      startDeadline(limits.requestTimeout(), channel::close);
      channel.config().setAutoRead(true);
    } else {
      // Not at once: a thousand requests in one packet must not be a thousand calls deep.
      channel.eventLoop().execute(this::handleSentAhead);
    }
  }

  private void handleSentAhead() {
    Object next = sentAhead.poll();
    if (next != null) {
      handle(next);
    }
  }

  private void startDeadline(Duration time, Runnable missed) {
    deadline = channel.eventLoop().schedule(missed, time.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void stopDeadline() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  /** Closes once the client has done so, or soon. */
  private void linger() {
    isLingering = true;
    if (channel instanceof DuplexChannel duplex) {
      duplex.shutdownOutput();
    }
    startDeadline(LINGER, channel::close);
    channel.config().setAutoRead(true);
  }

  /** One request and its answer. */
  private final class Exchange {
    private final HttpVersion version;
    private final String title;
    private final boolean isKeptAlive;
    private final boolean isAdmin;
    private boolean holdsBudget;
    private boolean isAnswered;

    Exchange(FullHttpRequest request) {
      this(
          request.protocolVersion(),
          request.method() + " " + request.uri(),
          HttpUtil.isKeepAlive(request),
          request.uri().startsWith(AdminRoutes.PREFIX));
    }

    Exchange(HttpVersion version, String title, boolean isKeptAlive, boolean isAdmin) {
      this.version = version;
      this.title = title;
      this.isKeptAlive = isKeptAlive;
      this.isAdmin = isAdmin;
    }

    void begin(FullHttpRequest request) {
      CompletionStage<Answer> answer;
      try {
        answer = isAdmin ? answerAdmin(request) : answer(request);
      } catch (RuntimeException e) {
        answer = CompletableFuture.failedFuture(e);
      }
      startDeadline(limits.answerTimeout(), () -> end(tooLate()));
      answer.whenComplete(
          (value, failure) -> onEventLoop(() -> end(value != null ? value : failed(failure))));
    }

    private CompletionStage<Answer> answerAdmin(FullHttpRequest request) {
      HttpHeaders headers = request.headers();
      access.check(
          headers.get(HttpHeaderNames.AUTHORIZATION), headers.get(HttpHeaderNames.HOST), from);
      // A web page may send a form or plain text anywhere without asking, but JSON it may not: so
      // no page in an operator's browser can change something here.
      String contentType = headers.get(HttpHeaderNames.CONTENT_TYPE, "");
      if (request.method().equals(HttpMethod.POST)
          && !contentType.toLowerCase(Locale.ROOT).startsWith("application/json")) {
        return CompletableFuture.completedFuture(
            HttpErrors.of(
                HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE.code(),
                ErrorCode.INVALID_ARGUMENT,
                "content-type: '" + contentType + "' (expected: application/json)"));
      }
      budget.take();
      holdsBudget = true;
      return answer(request);
    }

    private CompletionStage<Answer> answer(FullHttpRequest request) {
      return routes.answer(
          request.method().name(), request.uri(), ByteBufUtil.getBytes(request.content()));
    }

    private Answer tooLate() {
      return HttpErrors.of(
          new ParleyException(
              ErrorCode.DEADLINE_EXCEEDED,
              title + ": no answer after " + limits.answerTimeout().toMillis() + " ms"));
    }

    private Answer failed(Throwable failure) {
      Throwable cause =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      if (cause instanceof ParleyException refusal) {
        return HttpErrors.of(refusal);
      }
      log.error("{} failed", title, cause);
      return HttpErrors.of(
          new ParleyException(ErrorCode.INTERNAL, title + " failed; the broker's log says why"));
    }

    private void onEventLoop(Runnable task) {
      try {
        channel.eventLoop().execute(task);
      } catch (RejectedExecutionException e) {
        log.debug("{}: answered after the listener stopped", title, e);
      }
    }

    private void end(Answer answer) {
      if (!isAnswered) {
        isAnswered = true;
        stopDeadline();
        write(answer, false);
      }
    }

    void write(Answer answer, boolean isLast) {
      FullHttpResponse response = response(answer);
      boolean keepAlive = isKeptAlive && !isStopping && !isLast;
      HttpUtil.setKeepAlive(response.headers(), version, keepAlive);
      startDeadline(limits.writeTimeout(), channel::close);
      channel
          .writeAndFlush(response)
          .addListener(
              written -> {
                stopDeadline();
                if (holdsBudget) {
                  budget.giveBack();
                }
                if (!written.isSuccess()) {
                  channel.close();
                } else if (keepAlive) {
                  waitForRequest();
                } else {
                  linger();
                }
              });
    }

    private FullHttpResponse response(Answer answer) {
      ByteBuf body = channel.alloc().buffer();
      try {
        answer.body().writeTo(new ByteBufOutputStream(body));
      } catch (IOException | RuntimeException e) {
        body.release();
        // An error's body doesn't fail, so this ends.
        return response(failed(e));
      }
      FullHttpResponse response =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status()), body);
      HttpHeaders headers = response.headers();
      answer.headers().forEach(headers::set);
      headers.set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
      headers.set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
      headers.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
      headers.set("x-content-type-options", "nosniff");
      return response;
    }
  }
}
