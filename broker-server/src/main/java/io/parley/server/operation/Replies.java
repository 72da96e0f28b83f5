package io.parley.server.operation;

import io.parley.engine.store.StoreException;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.frame.Response;

/** Frames that say why a request came to nothing. */
final class Replies {
  private static final int RETRY_STORE_MS = 1_000;

  private Replies() {}

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

  /** The connection ends with it: the client registers anew on the next one. */
  static Response.Failure closingAsUnavailable(StoreException why) {
    return new Response.Failure(
        0, ErrorCode.STORE_UNAVAILABLE, true, RETRY_STORE_MS, String.valueOf(why.getMessage()));
  }

  static Response.Failure storeUnavailable(int correlation, String why) {
    return new Response.Failure(
        correlation, ErrorCode.STORE_UNAVAILABLE, false, RETRY_STORE_MS, why);
  }
}
