package io.parley.server.query;

import io.parley.protocol.frame.Request;
import org.jspecify.annotations.Nullable;

/** One query under way: in a responder's hands, or waiting in its type's queue. */
final class Question {
  final long number;
  final QuerySession asker;
  final String type;
  final Request.Ask ask;

  /** If its answer comes in pages: how far they have come. */
  final @Nullable PageStream pages;

  /** On the router's clock. */
  final long deadlineNanos;

  /** If a message in hand led to it. */
  final @Nullable CausedQuery caused;

  /** In whose hands it is; null while it waits. */
  @Nullable Responder responder;

  /** Where it waits; null while it is in hands. */
  @Nullable TypeRoute waitingIn;

  /** How many responders got it. */
  int attempts;

  /** It was answered, failed or cancelled. */
  boolean over;

  // Its neighbours in the deadline wheel.
  @Nullable Question previousDue;
  @Nullable Question nextDue;
  int bucket;

  Question(
      long number,
      QuerySession asker,
      String type,
      Request.Ask ask,
      @Nullable PageStream pages,
      long deadlineNanos,
      @Nullable CausedQuery caused) {
    this.number = number;
    this.asker = asker;
    this.type = type;
    this.ask = ask;
    this.pages = pages;
    this.deadlineNanos = deadlineNanos;
    this.caused = caused;
  }

  int bytes() {
    return ask.query().length();
  }
}
