package io.parley.client;

/**
 * Answers queries of one type page by page. Called by several threads at once, up to the
 * responder's concurrency; one that waits until the asker takes more pages counts.
 *
 * @param <Q> class of the query's body
 */
@FunctionalInterface
public interface PagesHandler<Q> {
  /**
   * Sends the pages and returns after the last one. Must not change anything: a query may be asked
   * again.
   *
   * @param query its body
   * @param question who asks for what, with the page size and the {@link Question#cursor}
   * @param answer takes the pages
   * @throws QueryException to end it with that status
   * @throws Exception anything else ends it with 503
   */
  void answer(Q query, Question question, PagedAnswer answer) throws Exception;
}
