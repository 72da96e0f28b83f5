package io.parley.client;

import java.util.List;

/**
 * Answers queries. Ends with its client, or by {@link #close}.
 *
 * <pre>{@code
 * client.responder()
 *     .on("shop.cart.GetCart", GetCart.class, (query, question) -> {
 *       Cart cart = carts.get(query.id());
 *       return cart == null ? Answer.notFound("cart " + query.id()) : Answer.ok(cart);
 *     })
 *     .start();
 * }</pre>
 */
public final class Responder implements AutoCloseable {
  private Responder() {}

  /** Names of the query types it answers. */
  public List<String> types() {
    throw new UnsupportedOperationException();
  }

  /**
   * Takes no more questions and waits for running answers, at most the client's drain time. A
   * second call returns at once.
   *
   * @throws IllegalStateException on a handler's thread or the client's own
   */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }

  /** What a responder answers and how. Used once, by one thread. */
  public static final class Builder {
    Builder(ParleyClient client) {}

    /** How many questions it takes at once, each on a thread: 1 to 1,000; 4 by default. */
    public Builder concurrency(int questions) {
      throw new UnsupportedOperationException();
    }

    /**
     * Answers queries of a type.
     *
     * @param type its exact name
     * @param bodyType what the query's body is decoded to; one that can't be is answered with 400
     */
    public <Q> Builder on(String type, Class<Q> bodyType, QueryHandler<? super Q> handler) {
      throw new UnsupportedOperationException();
    }

    /**
     * Registers the responder; returns when the broker has.
     *
     * @throws io.parley.protocol.ParleyException if it is refused: {@code WRONG_KIND}, …
     * @throws IllegalStateException without a handler
     */
    public Responder start() {
      throw new UnsupportedOperationException();
    }
  }
}
