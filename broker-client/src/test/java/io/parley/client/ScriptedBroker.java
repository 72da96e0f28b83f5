package io.parley.client;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.codec.FrameDecoder;
import io.parley.protocol.codec.FrameEncoder;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageRecord;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A broker's side of the wire, played by a test: it greets, and what else it says the test says.
 * PING is answered with PONG.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty's: a write that fails shows in the test
final class ScriptedBroker implements AutoCloseable {
  static final int MAX_MESSAGE_BYTES = 64 * 1024;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final BlockingQueue<Peer> accepted = new LinkedBlockingQueue<>();
  private final Channel server;
  volatile int sendWindowBytes = 1024 * 1024;
  volatile int heartbeatMs = 60_000;

  ScriptedBroker() {
    server =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    FrameDecoder decoder = FrameDecoder.atBroker();
                    channel
                        .pipeline()
                        .addLast(decoder, new FrameEncoder(), new Peer(channel, decoder));
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
  }

  int port() {
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  String uri() {
    return "parley://127.0.0.1:" + port();
  }

  /** The next connection, once its HELLO is there. */
  Peer accept() throws InterruptedException {
    Peer peer = accepted.poll(15, TimeUnit.SECONDS);
    if (peer == null) {
      throw new AssertionError("no connection within 15 s");
    }
    return peer;
  }

  /** The next connection, welcomed. */
  Peer welcome() throws InterruptedException {
    Peer peer = accept();
    peer.welcome();
    return peer;
  }

  @Override
  public void close() {
    server.close().syncUninterruptibly();
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
  }

  /** Records of these messages. */
  static MessageBatch batch(List<Message> messages) {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    messages.forEach(message -> records.writeBytes(MessageRecord.encode(message)));
    return MessageBatch.of(records.toByteArray(), messages.size());
  }

  /** The messages of these records. */
  static List<Message> messages(MessageBatch batch) {
    List<Message> messages = new ArrayList<>();
    MessageRecord record = new MessageRecord();
    int at = batch.offset();
    for (int i = 0; i < batch.count(); i++) {
      messages.add(record.wrap(batch.bytes(), at).toMessage());
      at = record.end();
    }
    return messages;
  }

  /** One connection. */
  final class Peer extends SimpleChannelInboundHandler<Frame> {
    private final Channel channel;
    private final FrameDecoder decoder;
    private final BlockingQueue<Request> received = new LinkedBlockingQueue<>();
    private final Semaphore pings = new Semaphore(0);
    private volatile Request.Hello hello;
    private volatile boolean deaf;

    Peer(Channel channel, FrameDecoder decoder) {
      this.channel = channel;
      this.decoder = decoder;
    }

    Request.Hello hello() {
      return hello;
    }

    void welcome() {
      send(
          new Response.HelloOk(
              hello.correlation(),
              1,
              0,
              new MessageId(1, 2),
              1,
              MAX_MESSAGE_BYTES + 512 * 1024,
              MAX_MESSAGE_BYTES,
              sendWindowBytes,
              heartbeatMs,
              30_000));
    }

    void send(Frame frame) {
      channel.writeAndFlush(frame);
    }

    void ok(Request request) {
      send(new Response.Ok(request.correlation()));
    }

    void confirm(Request request, Response.Refusal... refusals) {
      send(new Response.Confirm(request.correlation(), List.of(refusals)));
    }

    void settled(Request request, Response.SettleRefusal... refusals) {
      send(new Response.Settled(request.correlation(), List.of(refusals)));
    }

    void fail(Request request, ErrorCode code, String message) {
      int correlation = request == null ? 0 : request.correlation();
      send(new Response.Failure(correlation, code, request == null, 0, message));
    }

    void deliver(int consumer, long epoch, long firstSequence, MessageBatch batch) {
      deliver(consumer, epoch, firstSequence, 30_000, batch);
    }

    void deliver(int consumer, long epoch, long first, int leaseMs, MessageBatch batch) {
      Push.Segment segment = new Push.Segment(first, 1, 1_291_190_760_000L, batch);
      send(new Push.Deliver(consumer, epoch, leaseMs, List.of(segment)));
    }

    /** The next frame, which has to be of this class. */
    <R extends Request> R expect(Class<R> type) throws InterruptedException {
      Request frame = received.poll(15, TimeUnit.SECONDS);
      if (!type.isInstance(frame)) {
        throw new AssertionError("got " + frame + " (expected: " + type.getSimpleName() + ")");
      }
      return type.cast(frame);
    }

    /** The next frame of this class that fits; others before it are passed over. */
    <R extends Request> R await(Class<R> type, Predicate<R> fits) throws InterruptedException {
      List<Request> passed = new ArrayList<>();
      while (true) {
        Request frame = received.poll(15, TimeUnit.SECONDS);
        if (frame == null) {
          throw new AssertionError("no such " + type.getSimpleName() + "; but " + passed);
        }
        if (type.isInstance(frame) && fits.test(type.cast(frame))) {
          return type.cast(frame);
        }
        passed.add(frame);
      }
    }

    <R extends Request> R await(Class<R> type) throws InterruptedException {
      return await(type, frame -> true);
    }

    /** Answers no PING any more. */
    void goDeaf() {
      deaf = true;
    }

    void awaitPings(int count) throws InterruptedException {
      if (!pings.tryAcquire(count, 15, TimeUnit.SECONDS)) {
        throw new AssertionError("fewer than " + count + " pings within 15 s");
      }
    }

    /** Bytes that are no frame. */
    void sendGarbage() {
      channel.writeAndFlush(channel.alloc().buffer().writeInt(3).writeInt(0));
    }

    void cut() {
      channel.close().syncUninterruptibly();
    }

    void awaitEnd() throws InterruptedException {
      if (!channel.closeFuture().await(15, TimeUnit.SECONDS)) {
        throw new AssertionError("connection not ended within 15 s");
      }
    }

    /** An aborted client resets its connection: part of the script. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, Frame frame) {
      if (frame instanceof Request.Hello greeting) {
        hello = greeting;
        decoder.established(MAX_MESSAGE_BYTES + 512 * 1024);
        accepted.add(this);
      } else if (frame instanceof Request.Ping) {
        pings.release();
        if (!deaf) {
          send(new Response.Pong(frame.correlation()));
        }
      } else {
        received.add((Request) frame);
      }
    }
  }
}
