package io.parley.load.workload;

import io.parley.load.broker.Kind;
import io.parley.protocol.WireLimits;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * What can be said of traffic: the key in a workload's file, the option that overrides it, and its
 * bounds. One option may stand for the keys of several kinds.
 */
enum TrafficKey {
  PRODUCERS("producers", "producers", Set.of(Kind.COMMANDS, Kind.EVENTS)) {
    @Override
    void set(TrafficDraft draft, String text) {
      draft.producers = connections(text, 1);
    }
  },
  ASKERS("askers", "producers", Set.of(Kind.QUERIES)) {
    @Override
    void set(TrafficDraft draft, String text) {
      draft.producers = connections(text, 1);
    }
  },
  WINDOW("window", "window", Set.of(Kind.values())) {
    @Override
    void set(TrafficDraft draft, String text) {
      draft.window = count(text, 1, WINDOW_MAX);
    }
  },
  RATE("rate", "rate", Set.of(Kind.values())) {
    @Override
    void set(TrafficDraft draft, String text) {
      draft.perSecond = Values.rate(text, RATE_MAX);
    }
  },
  SIZE("size", "size", Set.of(Kind.values())) {
    @Override
    void set(TrafficDraft draft, String text) {
      draft.sizeBytes = body(text);
    }
  },
  CONSUMERS("consumers", "consumers", Set.of(Kind.COMMANDS)) {
    @Override
    void set(TrafficDraft draft, String text) {
      draft.consumers = connections(text, 0);
    }
  },
  CONNECTIONS("connections", "connections", Set.of(Kind.COMMANDS)) {
    @Override
    void set(TrafficDraft draft, String text) {
      draft.connections = connections(text, 1);
    }
  },
  SUBSCRIBERS("subscribers", "consumers", Set.of(Kind.EVENTS)) {
    @Override
    void set(TrafficDraft draft, String text) {
      draft.consumers = connections(text, 1);
    }
  },
  RESPONDERS("responders", "consumers", Set.of(Kind.QUERIES)) {
    @Override
    void set(TrafficDraft draft, String text) {
      draft.consumers = connections(text, 1);
    }
  },
  CREDIT("credit", "credit", Set.of(Kind.COMMANDS, Kind.EVENTS)) {
    @Override
    void set(TrafficDraft draft, String text) {
      draft.credit = count(text, 1, WireLimits.CREDIT_MAX);
    }
  },
  CONCURRENCY("concurrency", "credit", Set.of(Kind.QUERIES)) {
    @Override
    void set(TrafficDraft draft, String text) {
      draft.credit = count(text, 1, CONCURRENCY_MAX);
    }
  },
  QUEUES("queues", "queues", Set.of(Kind.COMMANDS)) {
    @Override
    void set(TrafficDraft draft, String text) {
      draft.queues = count(text, 1, QUEUES_MAX);
    }
  },
  SUBSCRIPTIONS("subscriptions", "subscriptions", Set.of(Kind.EVENTS)) {
    @Override
    void set(TrafficDraft draft, String text) {
      draft.subscriptions = count(text, 1, SUBSCRIPTIONS_MAX);
    }
  },
  KEYS("keys", "keys", Set.of(Kind.COMMANDS, Kind.EVENTS)) {
    @Override
    void set(TrafficDraft draft, String text) {
      draft.keys = count(text, 0, KEYS_MAX);
    }
  },
  ANSWER("answer", "answer", Set.of(Kind.QUERIES)) {
    @Override
    void set(TrafficDraft draft, String text) {
      draft.answerBytes = body(text);
    }
  };

  /** What every body begins with says which message it is. */
  static final int BODY_MIN_BYTES = 8;

  private static final int CONNECTIONS_MAX = 1_000;
  private static final int WINDOW_MAX = 65_536;
  private static final double RATE_MAX = 10_000_000;
  private static final int CONCURRENCY_MAX = 1_000;
  private static final int QUEUES_MAX = 10_000;
  private static final int SUBSCRIPTIONS_MAX = 1_000;
  private static final int KEYS_MAX = 1_000_000;

  private final String key;
  private final String option;
  private final Set<Kind> kinds;

  TrafficKey(String key, String option, Set<Kind> kinds) {
    this.key = key;
    this.option = option;
    this.kinds = kinds;
  }

  /**
   * Notes the value.
   *
   * @throws IllegalArgumentException with the value and what was expected
   */
  abstract void set(TrafficDraft draft, String text);

  String key() {
    return key;
  }

  String option() {
    return option;
  }

  /** Whether both mean the same, of different kinds. */
  boolean isAs(TrafficKey other) {
    return option.equals(other.option);
  }

  boolean isOf(Kind kind) {
    return kinds.contains(kind);
  }

  /** Those that can be said of this kind. */
  static List<TrafficKey> of(Kind kind) {
    return Arrays.stream(values()).filter(each -> each.isOf(kind)).toList();
  }

  private static int connections(String text, int min) {
    return count(text, min, CONNECTIONS_MAX);
  }

  private static int body(String text) {
    return Values.size(text, BODY_MIN_BYTES, WireLimits.MESSAGE_HARD_MAX_BYTES);
  }

  private static int count(String text, int min, int max) {
    return (int) Values.count(text, min, max);
  }
}
