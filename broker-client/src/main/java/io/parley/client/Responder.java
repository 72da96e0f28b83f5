package io.parley.client;

import io.parley.protocol.WireLimits;
import io.parley.protocol.model.Names;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Answers queries. Ends with its client, or by {@link #close}; until then its threads keep the
 * process alive.
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
  private final ParleyClient client;
  private final Responding responding;
  private final List<String> types;

  private Responder(ParleyClient client, Responding responding, List<String> types) {
    this.client = client;
    this.responding = responding;
    this.types = types;
  }

  /** Names of the query types it answers. */
  public List<String> types() {
    return types;
  }

  /**
   * Takes no more questions and waits for running answers, at most the client's drain time. A
   * second call returns at once.
   *
   * @throws IllegalStateException on a handler's thread or an event loop
   */
  @Override
  public void close() {
    client.requireNotOnHandlerThread();
    client.awaitStopped(responding.stopFromOutside(), responding::abandon);
  }

  /** What a responder answers and how. Used once, by one thread. */
  public static final class Builder {
    private static final int CONCURRENCY = 4;
    private static final int CONCURRENCY_MAX = 1_000;

    private final ParleyClient client;
    private final Map<String, Responding.Handling<?>> handlings = new LinkedHashMap<>();
    private int concurrency = CONCURRENCY;

    Builder(ParleyClient client) {
      this.client = client;
    }

    /** How many questions it takes at once, each on a thread: 1 to 1,000; 4 by default. */
    public Builder concurrency(int questions) {
      this.concurrency = Numbers.require("concurrency", questions, 1, CONCURRENCY_MAX);
      return this;
    }

    /**
     * Answers queries of a type.
     *
     * @param type its exact name
     * @param bodyType what the query's body is decoded to; one that can't be is answered with 400
     */
    public <Q> Builder on(String type, Class<Q> bodyType, QueryHandler<? super Q> handler) {
      return add(type, Responding.Handling.single(bodyType, handler));
    }

    /**
     * Answers queries of a type page by page, as fast as the asker takes them: those asked by
     * {@link ParleyClient#askPages} and {@link ParleyClient#askPage}. Any other ask gets 400.
     *
     * @param type its exact name
     * @param bodyType what the query's body is decoded to; one that can't be is answered with 400
     */
    public <Q> Builder onPages(String type, Class<Q> bodyType, PagesHandler<? super Q> handler) {
      return add(type, Responding.Handling.paged(bodyType, handler));
    }

    private Builder add(String type, Responding.Handling<?> handling) {
      Names.require("type", type);
      if (handlings.putIfAbsent(type, handling) != null) {
        throw new IllegalArgumentException(
            "handler for '" + type + "' given twice (expected: one per type)");
      }
      return this;
    }

    /**
     * Registers the responder; returns when the broker has.
     *
     * @throws io.parley.protocol.ParleyException if it is refused: {@code WRONG_KIND}, …
     * @throws IllegalStateException without a handler
     */
    public Responder start() {
      client.requireOpen();
      client.requireNotOnHandlerThread();
      int count = handlings.size();
      if (count == 0 || count > WireLimits.TYPES_MAX) {
        throw new IllegalStateException(
            "query types: " + count + " (expected: 1 to " + WireLimits.TYPES_MAX + ")");
      }
      Responding responding =
          new Responding(client.connection(), Map.copyOf(handlings), concurrency);
      List<String> types = List.copyOf(handlings.keySet());
      client.awaitRegistered(responding.start(), responding::abandon, "responder of " + types);
      return new Responder(client, responding, types);
    }
  }
}
