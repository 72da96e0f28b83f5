package io.parley.server.telemetry;

import java.util.function.LongSupplier;

/** What becomes of queries, shown. Each method is called at most once, {@code ended} per status. */
public final class QueryMetrics {
  private final Meters meters;

  QueryMetrics(Meters meters) {
    this.meters = meters;
  }

  /**
   * Shows how queries come and go.
   *
   * @param arrived all that ever did
   * @param askedAgain those handed to another responder after one left
   */
  public QueryMetrics asked(LongSupplier arrived, LongSupplier askedAgain) {
    meters.counter(MeterName.QUERIES_ASKED, arrived);
    meters.counter(MeterName.QUERIES_ASKED_AGAIN, askedAgain);
    return this;
  }

  /**
   * Shows queries that ended in one way.
   *
   * @param status one of few: {@code ANSWERED}, or an error code's name
   */
  public QueryMetrics ended(String status, LongSupplier total) {
    meters.counter(MeterName.QUERIES, total, "status", status);
    return this;
  }

  /** Shows pages of answers that went to askers. */
  public QueryMetrics pages(LongSupplier passed) {
    meters.counter(MeterName.QUERIES_PAGES, passed);
    return this;
  }

  /** Shows queries under way and responders registered. */
  public QueryMetrics now(LongSupplier outstanding, LongSupplier responders) {
    meters.gauge(MeterName.QUERIES_OUTSTANDING, outstanding);
    meters.gauge(MeterName.RESPONDERS, responders);
    return this;
  }
}
