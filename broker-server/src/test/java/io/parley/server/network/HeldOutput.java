package io.parley.server.network;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Deque;

/** A socket that takes what is written when the test says so, as with a slow client. */
@SuppressWarnings("FutureReturnValueIgnored") // the promises tell
final class HeldOutput extends ChannelOutboundHandlerAdapter {
  private final Deque<Write> writes = new ArrayDeque<>();

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    writes.add(new Write(ctx, message, promise));
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    ctx.close(promise);
    for (Write write = writes.poll(); write != null; write = writes.poll()) {
      ReferenceCountUtil.release(write.message);
      write.promise.tryFailure(new ClosedChannelException());
    }
  }

  void release(int buffers) {
    for (int i = 0; i < buffers; i++) {
      Write write = writes.remove();
      write.ctx.writeAndFlush(write.message, write.promise);
    }
  }

  private record Write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {}
}
