package io.parley.server.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.Payload;
import io.parley.server.session.ClientChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several event loops at once: whatever happens, each ask gets one answer and nothing is left. */
class QueryRouterConcurrencyTest {
  private static final String TYPE = "shop.GetCart";
  private static final int ASKERS = 2;
  private static final int ASKS = 50_000;
  private static final int WINDOW = 64;

  private static final MessageBatch QUERY = MessageBatch.of(new byte[100], 1);

  private final QueryRouter router = new QueryRouter(QuerySettings.defaults(), System::nanoTime);

  @Test
  @Timeout(120)
  void shouldAnswerEveryAskOnceWhileRespondersComeAndGo() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    List<Asker> askers = new ArrayList<>();
    LoopResponder steady = new LoopResponder();
    threads.add(start(steady));
    for (int i = 0; i < ASKERS; i++) {
      Asker asker = new Asker();
      askers.add(asker);
      threads.add(start(asker));
    }
    while (!askers.stream().allMatch(Asker::isDone)) {
      LoopResponder passing = new LoopResponder();
      Thread thread = start(passing);
      passing.handled.await();
      passing.stop();
      thread.join();
      router.expire(System.nanoTime());
    }
    steady.stop();
    for (Thread thread : threads) {
      thread.join();
    }

    for (Asker asker : askers) {
      for (int i = 0; i < ASKS; i++) {
        assertThat(asker.answers.get(i)).isEqualTo(1);
      }
    }
    assertThat(router.counters().asked()).isEqualTo((long) ASKERS * ASKS);
    assertThat(router.counters().outstanding()).isZero();
    assertThat(router.counters().responders()).isZero();
  }

  private static Thread start(Runnable task) {
    Thread thread = new Thread(task);
    thread.start();
    return thread;
  }

  /** Leaves what it is sent to its own thread, as a connection does to its event loop. */
  private abstract static class Peer implements ClientChannel, Runnable {
    final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();

    @Override
    public void send(Frame frame) {
      frames.add(frame);
    }

    @Override
    public void close(Response.Failure why) {
      frames.add(why);
    }

    @Override
    public boolean isWritable() {
      return true;
    }

    @Override
    public void resumeReading() {}

    @Override
    public void requestHeld(int bytes) {}

    @Override
    public void requestDone(int bytes) {}

    @Override
    public String remoteAddress() {
      return "127.0.0.1:1";
    }

    Frame next() {
      try {
        return frames.take();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Keeps a window of asks under way. */
  private final class Asker extends Peer {
    final AtomicIntegerArray answers = new AtomicIntegerArray(ASKS);
    private final QuerySession session = router.connect(this);
    private volatile boolean done;

    @Override
    public void run() {
      int asked = 0;
      for (int answered = 0; answered < ASKS; answered++) {
        while (asked < ASKS && asked - answered < WINDOW) {
          session.ask(TYPE, new Request.Ask(asked++, 60_000, 0, 0, QUERY));
        }
        answers.incrementAndGet(next().correlation());
      }
      done = true;
      session.disconnected();
    }

    boolean isDone() {
      return done;
    }
  }

  /** Answers until it is told to stop, then disconnects with questions in its hands. */
  private final class LoopResponder extends Peer {
    /** It got something to do, or was told that there will be nothing. */
    final CountDownLatch handled = new CountDownLatch(1);

    private final QuerySession session = router.connect(this);

    @Override
    public void run() {
      session.respond(new Request.Respond(1, 1, List.of(TYPE), 16));
      for (Frame frame = next(); !isStop(frame); frame = next()) {
        handled.countDown();
        if (frame instanceof Push.Question question) {
          session.answer(
              new Request.Answer(0, question.question(), 200, 0, 0, -1, "", Payload.EMPTY));
        }
      }
      session.disconnected();
    }

    void stop() {
      frames.add(new Response.Pong(0));
    }

    private static boolean isStop(Frame frame) {
      return frame instanceof Response.Pong;
    }
  }
}
