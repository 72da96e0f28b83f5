package io.parley.load.workload;

import io.parley.load.broker.Kind;
import io.parley.load.broker.Traffic;

/** Traffic while it is read, with what holds where nothing is said. */
final class TrafficDraft {
  private static final int WINDOW = 1_000;

  /** At a fixed rate nothing but the broker shall hold messages back. */
  private static final int WINDOW_PACED = 65_536;

  private static final int RESPONDER_CREDIT = 16;
  private static final int CREDIT = 1_000;

  final Kind kind;
  int producers = 1;
  int window;
  double perSecond;
  int sizeBytes = 100;
  int consumers = 1;

  /** Of all consumers; 0 for one each. */
  int connections;

  int credit;
  int queues = 1;
  int subscriptions;
  int keys;
  int answerBytes;

  TrafficDraft(Kind kind) {
    this.kind = kind;
    this.credit = kind == Kind.QUERIES ? RESPONDER_CREDIT : CREDIT;
    this.subscriptions = kind == Kind.EVENTS ? 1 : 0;
    this.answerBytes = kind == Kind.QUERIES ? 100 : 0;
  }

  /** How many orders there are to keep. */
  long orderedStreams() {
    return (long) keys * producers * queues * Math.max(1, subscriptions);
  }

  Traffic toTraffic() {
    int unconfirmed = window > 0 ? window : perSecond > 0 ? WINDOW_PACED : WINDOW;
    return new Traffic(
        kind,
        producers,
        unconfirmed,
        perSecond,
        sizeBytes,
        consumers,
        connections == 0 ? consumers : Math.min(connections, consumers),
        credit,
        queues,
        subscriptions,
        keys,
        answerBytes);
  }
}
