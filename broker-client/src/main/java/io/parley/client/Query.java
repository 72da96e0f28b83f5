package io.parley.client;

import io.parley.protocol.WireLimits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A query to ask, with the page wanted and filters.
 *
 * <pre>{@code
 * Answer<Cart[]> carts =
 *     client.ask(
 *         Query.of("shop.cart.FindCarts", "", Cart[].class)
 *             .filter("country", "France")
 *             .page(0)
 *             .pageSize(20)
 *             .deadline(Duration.ofSeconds(2)));
 * }</pre>
 *
 * <p>Mutable until it is handed over, and not for use by several threads at once.
 *
 * @param <T> class of the answer's body
 */
public final class Query<T> {
  /** How long an asker waits unless it says. */
  public static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(10);

  private static final int PAGES_AHEAD = 4;

  private final String type;
  private final Object body;
  private final Class<T> answerType;
  private Map<String, String> filters = Map.of();
  private int page;
  private int pageSize;
  private Duration deadline = DEFAULT_DEADLINE;
  private int pagesAhead = PAGES_AHEAD;
  private String cursor = "";

  private Query(String type, Object body, Class<T> answerType) {
    this.type = type;
    this.body = body;
    this.answerType = answerType;
  }

  /**
   * A query.
   *
   * @param type name of its type, such as {@code shop.cart.GetCart}
   * @param body for the client's {@link PayloadCodec}
   * @param answerType what the answer's body is decoded to
   */
  public static <T> Query<T> of(String type, Object body, Class<T> answerType) {
    return new Query<>(type, body, answerType);
  }

  /** A filter value; at most 64, of up to 4,096 bytes. */
  public Query<T> filter(String name, String value) {
    if (filters.isEmpty()) {
      filters = new LinkedHashMap<>();
    }
    filters.put(name, value);
    return this;
  }

  /** Number of the page wanted, from 0. */
  public Query<T> page(int page) {
    this.page = Numbers.require("page", page, 0, Integer.MAX_VALUE);
    return this;
  }

  /** Most items wanted; 0 (default) leaves it to the responder. */
  public Query<T> pageSize(int pageSize) {
    this.pageSize = Numbers.require("page size", pageSize, 0, Integer.MAX_VALUE);
    return this;
  }

  /** How long to wait for the answer: 1 ms to 24 days; 10 s by default. */
  public Query<T> deadline(Duration deadline) {
    this.deadline = Numbers.requireMillis("deadline", deadline, 1);
    return this;
  }

  /**
   * Begins behind a page that was received before: for {@link ParleyClient#askPages} and {@link
   * ParleyClient#askPage}.
   *
   * @param cursor the one given with that page, at most 4,096 bytes; empty for the first page
   */
  public Query<T> from(String cursor) {
    int bytes = cursor.getBytes(StandardCharsets.UTF_8).length;
    Numbers.require("bytes of cursor", bytes, 0, WireLimits.CURSOR_MAX_BYTES);
    this.cursor = cursor;
    return this;
  }

  /**
   * Most pages that are fetched ahead by {@link ParleyClient#askPages}: 1 to 1,024; 4 by default.
   */
  public Query<T> pagesAhead(int pages) {
    this.pagesAhead = Numbers.require("pages ahead", pages, 1, WireLimits.PAGE_CREDIT_MAX);
    return this;
  }

  /** Name of its type. */
  public String type() {
    return type;
  }

  /** The body as given. */
  public Object body() {
    return body;
  }

  /** What the answer's body is decoded to. */
  public Class<T> answerType() {
    return answerType;
  }

  /** Filter values by name; not changeable. */
  public Map<String, String> filters() {
    return Collections.unmodifiableMap(filters);
  }

  int pagesAhead() {
    return pagesAhead;
  }

  String cursor() {
    return cursor;
  }

  int page() {
    return page;
  }

  int pageSize() {
    return pageSize;
  }

  /** How long to wait for the answer. */
  public Duration deadline() {
    return deadline;
  }
}
