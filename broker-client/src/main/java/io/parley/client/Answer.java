package io.parley.client;

import org.jspecify.annotations.Nullable;

/**
 * The answer to a query. Responders make one with the methods here; askers get only those with
 * status 200, the others arrive as {@link QueryException}. Immutable.
 *
 * <pre>{@code
 * return cart == null ? Answer.notFound("cart " + id) : Answer.ok(cart);
 * return Answer.page(carts, question.page(), question.pageSize(), total);
 * }</pre>
 *
 * @param <T> class of the body
 */
public final class Answer<T> {
  /** {@link #total()} of an answer that doesn't say. */
  public static final long TOTAL_UNKNOWN = -1;

  private final int status;
  private final @Nullable T body;
  private final int page;
  private final int pageSize;
  private final long total;
  private final String reason;

  Answer(int status, @Nullable T body, int page, int pageSize, long total, String reason) {
    this.status = status;
    this.body = body;
    this.page = page;
    this.pageSize = pageSize;
    this.total = total;
    this.reason = reason;
  }

  /** 200: here it is. */
  public static <T> Answer<T> ok(T body) {
    return new Answer<>(200, body, 0, 0, TOTAL_UNKNOWN, "");
  }

  /**
   * 200: here is a page of it.
   *
   * @param page its number, from 0
   * @param pageSize most items on a page
   * @param total items on all pages; {@link #TOTAL_UNKNOWN} if that would cost too much
   */
  public static <T> Answer<T> page(T items, int page, int pageSize, long total) {
    return new Answer<>(
        200,
        items,
        Numbers.require("page", page, 0, Integer.MAX_VALUE),
        Numbers.require("page size", pageSize, 0, Integer.MAX_VALUE),
        total,
        "");
  }

  /** 400: the query makes no sense. */
  public static <T> Answer<T> badRequest(String reason) {
    return refusal(400, reason);
  }

  /** 401: who asks? */
  public static <T> Answer<T> notIdentified(String reason) {
    return refusal(401, reason);
  }

  /** 403: the asker may not know. */
  public static <T> Answer<T> notPermitted(String reason) {
    return refusal(403, reason);
  }

  /** 404: there is no such thing. */
  public static <T> Answer<T> notFound(String reason) {
    return refusal(404, reason);
  }

  /** 429: ask less often. */
  public static <T> Answer<T> tooManyRequests(String reason) {
    return refusal(429, reason);
  }

  /** 503: can't answer right now. */
  public static <T> Answer<T> unavailable(String reason) {
    return refusal(503, reason);
  }

  /** 204: all its pages were sent. */
  static <T> Answer<T> endOfPages() {
    return refusal(204, "");
  }

  static <T> Answer<T> refusal(int status, String reason) {
    return new Answer<>(status, null, 0, 0, TOTAL_UNKNOWN, reason);
  }

  /** 200, or why there is no body. */
  public int status() {
    return status;
  }

  /**
   * What was asked for.
   *
   * @throws IllegalStateException if the status isn't 200
   */
  public T body() {
    if (body == null) {
      throw new IllegalStateException("body of an answer with status " + status + ": " + reason);
    }
    return body;
  }

  /** Number of this page, from 0. */
  public int page() {
    return page;
  }

  /** Most items on a page; 0 where the answer has no pages. */
  public int pageSize() {
    return pageSize;
  }

  /** Items on all pages, or {@link #TOTAL_UNKNOWN}. */
  public long total() {
    return total;
  }

  /** For people, where the status isn't 200. */
  public String reason() {
    return reason;
  }

  @Override
  public String toString() {
    return status == 200
        ? "Answer[200, page=" + page + ", pageSize=" + pageSize + ", total=" + total + "]"
        : "Answer[" + status + ", " + reason + "]";
  }
}
