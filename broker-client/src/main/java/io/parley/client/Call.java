package io.parley.client;

import io.parley.protocol.ParleyException;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;

/**
 * A request that waits for its answer. Keeps its correlation number when it is sent again on
 * another connection. Event loop only.
 */
abstract class Call {
  private int correlation;

  final int correlation() {
    return correlation;
  }

  final void correlation(int number) {
    correlation = number;
  }

  /**
   * The request, as it is to be written now: times left shrink, counters belong to a connection.
   */
  abstract Request frame();

  /**
   * The broker answered.
   *
   * @throws ClassCastException if that is no answer to this request; the connection is closed then
   */
  abstract void answered(Response response);

  /** The broker refused, or the client was closed. Nothing follows. */
  abstract void failed(ParleyException reason);

  /**
   * The connection ended before the answer.
   *
   * @return whether to ask again on the next one; if not, nothing follows
   */
  boolean outlivesConnection() {
    return true;
  }
}
