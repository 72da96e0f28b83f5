package io.parley.server.network;

import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageId;
import io.parley.server.session.Session;
import io.parley.systemtests.concurrency.Stress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who was told to wait hears when that is over. */
class ConnectionStressTest {
  private static final int STRESS_MS = Integer.getInteger("parley.stress-ms", 2_000);

  @Test
  void shouldTellWhoeverWaitsForWhatOthersHave() throws Exception {
    Stress.check(
        STRESS_MS,
        Sending::new,
        List.of(Sending::othersRead, Sending::deliver, Sending::steps),
        Sending::requireAllWrittenAndTold);
  }

  /** One thread that asks before it sends, other connections that take memory, the event loop. */
  private static final class Sending {
    private static final int HIGH_WATER_BYTES = 64;
    private static final long MEMORY_BYTES = 10_000;
    private static final long PONG_BYTES = 9;

    private final SteppedChannel channel = new SteppedChannel();
    private final OutboundMemory memory = new OutboundMemory(MEMORY_BYTES);
    private final Listening session = new Listening();
    private final Connection connection =
        SteppedChannel.connect(channel, HIGH_WATER_BYTES, memory, new InboundMemory(1));
    private final long bytesBefore;

    /** Wakes there had been when it was told to wait; -1 if it wasn't. The sender's. */
    private int waitsSince = -1;

    private int sent; // the sender's

    Sending() {
      connection.opened(session);
      connection.welcome(
          new Response.HelloOk(
              1, 1, 0, new MessageId(1, 1), 1, 1 << 20, 1 << 20, 1 << 20, 1000, 1000));
      steps();
      bytesBefore = channel.bytesWritten();
      memory.add(MEMORY_BYTES);
    }

    void deliver() {
      int before = session.wakes.get();
      if (connection.isWritable()) {
        connection.send(new Response.Pong(7));
        sent++;
      } else {
        waitsSince = before;
      }
    }

    void othersRead() {
      memory.add(-MEMORY_BYTES);
    }

    void steps() {
      while (channel.step()) {
        // on
      }
    }

    void requireAllWrittenAndTold() {
      steps();
      long written = channel.bytesWritten() - bytesBefore;
      if (written != sent * PONG_BYTES || memory.bytes() != 0) {
        throw new AssertionError(
            written + " bytes of " + sent + " frames written, " + memory.bytes() + " wait");
      }
      if (waitsSince == session.wakes.get()) {
        throw new AssertionError("told to wait, and never that this is over");
      }
    }
  }

  private static final class Listening implements Session {
    private final AtomicInteger wakes = new AtomicInteger();

    @Override
    public Response.HelloOk welcome() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void received(Request request) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean acceptsMore() {
      return true;
    }

    @Override
    public void writable() {
      wakes.incrementAndGet();
    }

    @Override
    public void disconnected() {}
  }
}
