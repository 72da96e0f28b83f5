package io.parley.protocol.frame;

import io.parley.protocol.model.MessageBatch;
import java.util.List;

/** What the broker sends unasked. Their correlation is 0. */
public sealed interface Push extends Frame {

  @Override
  default int correlation() {
    return 0;
  }

  /**
   * Messages leased to a consumer. {@code u32 consumer, u64 epoch, u32 lease ms, list16 of
   * segments: u64 first sequence, u32 count, u16 attempt, i64 stored at ms, bytes32 records}.
   *
   * @param epoch grows with every delivery; the fencing token
   */
  record Deliver(int consumer, long epoch, int leaseMs, List<Segment> segments) implements Push {
    @Override
    public FrameType type() {
      return FrameType.DELIVER;
    }
  }

  /**
   * Messages with consecutive sequences.
   *
   * @param attempt which attempt this delivery is, from 1
   * @param storedAtMs when the broker stored them, milliseconds since the epoch
   */
  record Segment(long firstSequence, int attempt, long storedAtMs, MessageBatch batch) {}

  /**
   * A query for a responder. {@code u32 responder, u64 question, u32 timeout ms, u32 page, u32 page
   * size, bytes32 record}.
   *
   * @param question the broker's number for it, for the answer
   */
  record Question(
      int responder, long question, int timeoutMs, int page, int pageSize, MessageBatch query)
      implements Push {
    @Override
    public FrameType type() {
      return FrameType.QUESTION;
    }
  }

  /**
   * A query for a responder, to be answered page by page, as far as credit goes. {@code u32
   * responder, u64 question, u32 timeout ms, u32 page size, u32 credit, str16 from, bytes32
   * record}.
   *
   * @param question the broker's number for it, for the pages
   * @param credit pages it may send now
   * @param from a cursor of an earlier page: begin behind that; empty: with the first
   */
  record QuestionPages(
      int responder,
      long question,
      int timeoutMs,
      int pageSize,
      int credit,
      String from,
      MessageBatch query)
      implements Push {
    @Override
    public FrameType type() {
      return FrameType.QUESTION_PAGES;
    }
  }

  /** The responder may send more pages. {@code u64 question, u32 pages}. */
  record QuestionCredit(long question, int pages) implements Push {
    @Override
    public FrameType type() {
      return FrameType.QUESTION_CREDIT;
    }
  }

  /** Nobody waits for this answer any more. {@code u64 question}. */
  record QuestionCancelled(long question) implements Push {
    @Override
    public FrameType type() {
      return FrameType.QUESTION_CANCELLED;
    }
  }
}
