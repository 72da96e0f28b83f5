package io.parley.load.report;

import java.util.List;

/**
 * Confirmed messages that one inbox never got, or all queues together.
 *
 * @param destination which subscription, from 0; 0 for commands
 * @param count how many
 * @param examples the first of them
 */
public record Missing(int destination, long count, List<Message> examples) {
  /** Most examples. */
  public static final int EXAMPLES_MAX = 10;

  /** A message by its producer and its number there, both from 0. */
  public record Message(int producer, long number) {}

  /** Copies the list. */
  public Missing {
    examples = List.copyOf(examples);
  }
}
