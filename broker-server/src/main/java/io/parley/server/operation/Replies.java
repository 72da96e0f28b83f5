package io.parley.server.operation;

import io.parley.engine.operation.Result;
import io.parley.engine.sequencer.Sequencer.Reply;
import io.parley.engine.store.StoreException;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Response;
import io.parley.server.session.ClientChannel;
import java.util.function.Function;

/** Turns the engine's results into frames. */
final class Replies {
  private static final int RETRY_STORE_MS = 1_000;

  private Replies() {}

  /** Answers a request with what its operation came to, or with why it failed. */
  static Reply to(
      ClientChannel channel, int correlation, Function<Result, Frame> whenDone, Runnable always) {
    return new Reply() {
      @Override
      public void done(Result result) {
        always.run();
        channel.send(
            result instanceof Result.Refused refused
                ? failure(correlation, refused.code(), refused.message())
                : whenDone.apply(result));
      }

      @Override
      public void failed(StoreException why) {
        always.run();
        channel.send(storeUnavailable(correlation, String.valueOf(why.getMessage())));
      }
    };
  }

  static Response.Failure failure(int correlation, ErrorCode code, String message) {
    return new Response.Failure(correlation, code, false, 0, message);
  }

  static Response.Failure failure(int correlation, ParleyException e) {
    return new Response.Failure(
        correlation,
        e.code(),
        false,
        (int) Math.min(Integer.MAX_VALUE, e.retryAfter().toMillis()),
        String.valueOf(e.getMessage()));
  }

  static Response.Failure storeUnavailable(int correlation, String why) {
    return new Response.Failure(
        correlation, ErrorCode.STORE_UNAVAILABLE, false, RETRY_STORE_MS, why);
  }
}
