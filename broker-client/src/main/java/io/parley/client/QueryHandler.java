package io.parley.client;

/**
 * Answers queries of one type, without changing anything: a query may be asked again. Runs on the
 * responder's threads, several at once if its concurrency says so.
 *
 * @param <Q> class of the query's body
 */
@FunctionalInterface
public interface QueryHandler<Q> {
  /**
   * Answers one query.
   *
   * @param question page, page size, filters, and how long the asker waits
   * @throws QueryException to answer with its status
   * @throws Exception to answer 503 with the exception's class and message
   */
  Answer<?> answer(Q query, Question question) throws Exception;
}
