package io.parley.server.query;

import java.util.List;

/** A connection's offer to answer some types. */
final class Responder {
  final QuerySession session;
  final int number;
  final List<TypeRoute> routes;
  final int concurrency;

  /** Questions in its hands. */
  int inHand;

  /** It takes no further questions. */
  boolean closed;

  Responder(QuerySession session, int number, List<TypeRoute> routes, int concurrency) {
    this.session = session;
    this.number = number;
    this.routes = routes;
    this.concurrency = concurrency;
  }

  boolean hasRoom() {
    return !closed && inHand < concurrency;
  }
}
