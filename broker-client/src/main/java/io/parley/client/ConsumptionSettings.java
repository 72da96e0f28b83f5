package io.parley.client;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a consumer or subscriber wants.
 *
 * @param kind which of them
 * @param destination queue or subscription; empty for the one named like the service
 * @param types types claimed or patterns subscribed to
 * @param leaseMs 0 for the broker's default
 * @param from since when a subscription that is made gets retained events, as of {@link
 *     io.parley.protocol.frame.Request.Subscribe}
 * @param deadline how much time each handling has; null for no bound
 */
record ConsumptionSettings(
    Kind kind,
    String destination,
    List<String> types,
    int credit,
    int concurrency,
    int leaseMs,
    long from,
    boolean autoExtend,
    @Nullable Duration deadline) {
  /** Commands of a queue, or events of a subscription. */
  enum Kind {
    COMMANDS("queue", "types", "consumer of queue"),
    EVENTS("subscription", "patterns", "subscriber of");

    private final String destinationWord;
    private final String typesWord;
    private final String consumerWord;

    Kind(String destinationWord, String typesWord, String consumerWord) {
      this.destinationWord = destinationWord;
      this.typesWord = typesWord;
      this.consumerWord = consumerWord;
    }

    /** What a destination of it is called. */
    String destinationWord() {
      return destinationWord;
    }

    /** What is claimed, or subscribed to. */
    String typesWord() {
      return typesWord;
    }

    /** Who handles them, before the destination's name. */
    String consumerWord() {
      return consumerWord;
    }
  }
}
