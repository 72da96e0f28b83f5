package io.parley.client;

import java.util.ArrayList;
import java.util.List;

/**
 * Gives a handler several messages at once: the one taken, and those behind it that are its too, as
 * far as they are there. Handler threads.
 *
 * @param <D> messages of either kind
 * @param <B> class of their bodies
 */
final class BatchHandling<D extends LeasedMessage, B> implements Dispatch.Handling<D> {
  private final Dispatch<D> dispatch;
  private final Class<B> bodyType;
  private final int max;
  private final BatchCall<D, B> call;

  /** Calls a handler and settles what it left. */
  interface BatchCall<D extends LeasedMessage, B> {
    /**
     * Calls it.
     *
     * @param messages parallel to the bodies, for settling
     */
    void handle(List<D> messages, List<B> bodies) throws Exception;
  }

  /**
   * For messages of one type or pattern.
   *
   * @param dispatch knows which those are
   * @param max most messages at once
   */
  BatchHandling(Dispatch<D> dispatch, Class<B> bodyType, int max, BatchCall<D, B> call) {
    this.dispatch = dispatch;
    this.bodyType = bodyType;
    this.max = max;
    this.call = call;
  }

  @Override
  public void handle(D first, Consumption<D> source) {
    List<D> messages = new ArrayList<>();
    List<B> bodies = new ArrayList<>();
    addDecoded(first, messages, bodies);
    for (D message : source.takeMore(max - 1, type -> dispatch.find(type) == this)) {
      if (source.begin(message)) {
        addDecoded(message, messages, bodies);
      }
    }
    if (!messages.isEmpty()) {
      call(messages, bodies, source);
    }
  }

  private void addDecoded(D message, List<D> messages, List<B> bodies) {
    B body;
    try {
      body = message.body(bodyType);
    } catch (RuntimeException e) {
      Dispatch.undecodable(message, e);
      return;
    }
    messages.add(message);
    bodies.add(body);
  }

  private void call(List<D> messages, List<B> bodies, Consumption<D> source) {
    // There is no one cause of what is sent now.
    Cause.leave();
    try {
      call.handle(messages, bodies);
    } catch (Throwable e) {
      boolean failed = false;
      for (D message : messages) {
        failed |= message.tryFail(e, message.thrownAt(e));
      }
      if (failed) {
        source.tellFailed(messages.get(0).type(), e);
      }
    }
  }
}
