package io.parley.server.query;

import java.util.concurrent.atomic.LongAdder;

/**
 * What a router counts. All but the gauges only grow; reading is safe for any thread, and a little
 * behind.
 */
public final class QueryCounters {
  private final LongAdder asked = new LongAdder();
  private final LongAdder answered = new LongAdder();
  private final LongAdder unanswerable = new LongAdder();
  private final LongAdder brokenOff = new LongAdder();
  private final LongAdder overloaded = new LongAdder();
  private final LongAdder expired = new LongAdder();
  private final LongAdder cancelled = new LongAdder();
  private final LongAdder askedAgain = new LongAdder();
  private final LongAdder pages = new LongAdder();
  private final LongAdder outstanding = new LongAdder();
  private final LongAdder responders = new LongAdder();

  QueryCounters() {}

  /** Queries that arrived. */
  public long asked() {
    return asked.sum();
  }

  /** Queries a responder answered in time, with whatever status. */
  public long answered() {
    return answered.sum();
  }

  /** Queries that failed with {@code NO_RESPONDER}. */
  public long unanswerable() {
    return unanswerable.sum();
  }

  /** Queries that failed with {@code ANSWER_BROKEN_OFF}. */
  public long brokenOff() {
    return brokenOff.sum();
  }

  /** Queries that failed with {@code OVERLOADED}. */
  public long overloaded() {
    return overloaded.sum();
  }

  /** Queries that failed with {@code DEADLINE_EXCEEDED}. */
  public long expired() {
    return expired.sum();
  }

  /** Queries whose asker cancelled or left. */
  public long cancelled() {
    return cancelled.sum();
  }

  /** Times a query was asked again because its responder's connection ended. */
  public long askedAgain() {
    return askedAgain.sum();
  }

  /** Pages that went to askers. */
  public long pages() {
    return pages.sum();
  }

  /** Gauge: queries under way. */
  public long outstanding() {
    return outstanding.sum();
  }

  /** Gauge: responders registered. */
  public long responders() {
    return responders.sum();
  }

  void queryAsked() {
    asked.increment();
  }

  void queryAnswered() {
    answered.increment();
  }

  void queryUnanswerable() {
    unanswerable.increment();
  }

  void queryRefused() {
    overloaded.increment();
  }

  void queryExpired() {
    expired.increment();
  }

  void queryCancelled() {
    cancelled.increment();
  }

  void queryAskedAgain() {
    askedAgain.increment();
  }

  void pagePassed() {
    pages.increment();
  }

  void queryBrokenOff() {
    brokenOff.increment();
  }

  void outstandingChanged(int by) {
    outstanding.add(by);
  }

  void respondersChanged(int by) {
    responders.add(by);
  }
}
