package io.parley.client;

/**
 * One page of an answer.
 *
 * @param items its body
 * @param next the cursor to ask for the next page with, by {@link Query#from}; empty where its
 *     responder gave none: this was the last, or it can't go on from here
 * @param <T> class of the body
 */
public record Page<T>(T items, String next) {
  /** Whether it can be gone on from here. */
  public boolean hasNext() {
    return !next.isEmpty();
  }
}
