package io.parley.server.query;

import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageRecord;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last queries that were asked while messages were handled, for who wants to know what a
 * message led to. In memory alone, as all of queries: nothing of them is written to a disk. Any
 * thread.
 */
public final class CausedQueries {
  /** Of a namespace; the oldest are forgotten. */
  static final int MAX = 10_000;

  /** By their ids, those that ended first first. Guarded by this. */
  private final Map<MessageId, CausedQuery> byId = new LinkedHashMap<>();

  /** What is known of a query as it is asked; null if no message in hand led to it. */
  static @Nullable CausedQuery begun(String type, MessageBatch query) {
    MessageRecord record = new MessageRecord().wrap(query.bytes(), query.offset());
    MessageId cause = record.causationId();
    if (cause == null) {
      return null;
    }
    MessageId conversation = record.correlationId();
    return new CausedQuery(
        record.id(),
        conversation == null ? cause : conversation,
        cause,
        type,
        System.currentTimeMillis(),
        "",
        0);
  }

  synchronized void add(CausedQuery over) {
    byId.put(over.id(), over);
    if (byId.size() > MAX) {
      byId.remove(byId.keySet().iterator().next());
    }
  }

  /**
   * The conversation that a query belongs to, or a message that led to one, or that is one itself;
   * null if it is none of those.
   */
  public synchronized @Nullable MessageId conversationOf(MessageId id) {
    CausedQuery query = byId.get(id);
    if (query != null) {
      return query.correlationId();
    }
    for (CausedQuery caused : byId.values()) {
      if (caused.causationId().equals(id) || caused.correlationId().equals(id)) {
        return caused.correlationId();
      }
    }
    return null;
  }

  /**
   * The queries of a conversation, those that ended first first.
   *
   * @param max most of them
   */
  public synchronized List<CausedQuery> of(MessageId conversation, int max) {
    return byId.values().stream()
        .filter(query -> query.correlationId().equals(conversation))
        .limit(max)
        .toList();
  }
}
