package io.parley.compare;

import io.parley.load.broker.Kind;
import io.parley.load.broker.Traffic;
import java.util.List;
import java.util.stream.IntStream;

/** What queues, topics and inboxes are called; every product takes these names. */
public final class Names {
  /** What events are published to. */
  public static final String TOPIC = "bench-topic";

  private Names() {}

  /** A queue, by its number. */
  public static String queue(int number) {
    return "bench-queue-" + number;
  }

  /** An inbox of the topic, by its number. */
  public static String inbox(int number) {
    return "bench-inbox-" + number;
  }

  /** All that the traffic is received from. */
  public static List<String> destinations(Traffic traffic) {
    return IntStream.range(0, traffic.destinations())
        .mapToObj(i -> destination(traffic, i))
        .toList();
  }

  /** The queue or inbox that the traffic is received from. */
  public static String destination(Traffic traffic, int number) {
    return traffic.kind() == Kind.EVENTS ? inbox(number) : queue(number);
  }

  /** What the traffic is sent to: its queues, or the topic. */
  public static List<String> addresses(Traffic traffic) {
    return traffic.kind() == Kind.EVENTS ? List.of(TOPIC) : destinations(traffic);
  }
}
