package io.parley.server.query;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Questions by the time they are due: buckets of 10 ms, a ring of them, questions of several turns
 * in one bucket. Adding and removing costs the same however many there are; nothing is allocated.
 */
final class DeadlineWheel {
  private static final long TICK_NANOS = 10_000_000;
  private static final int BUCKETS = 1_024;

  private final long startNanos;
  private final @Nullable Question[] first = new Question[BUCKETS];

  /** All ticks before this one are done. */
  private long tick;

  /** A wheel whose questions are all due after this time. */
  DeadlineWheel(long startNanos) {
    this.startNanos = startNanos;
  }

  void add(Question question) {
    // What is due already must not be put where the wheel has been.
    long due = Math.max(tick, tickOf(question.deadlineNanos));
    int bucket = (int) (due % BUCKETS);
    Question head = first[bucket];
    question.bucket = bucket;
    question.previousDue = null;
    question.nextDue = head;
    if (head != null) {
      head.previousDue = question;
    }
    first[bucket] = question;
  }

  void remove(Question question) {
    Question previous = question.previousDue;
    Question next = question.nextDue;
    if (previous == null) {
      first[question.bucket] = next;
    } else {
      previous.nextDue = next;
    }
    if (next != null) {
      next.previousDue = previous;
    }
    question.previousDue = null;
    question.nextDue = null;
  }

  /** All that are due; they stay in the wheel until removed. */
  List<Question> due(long nowNanos) {
    long now = tickOf(nowNanos);
    List<Question> due = new ArrayList<>();
    long from = Math.max(tick, now - BUCKETS + 1);
    for (long at = from; at <= now; at++) {
      Question question = first[(int) (at % BUCKETS)];
      for (; question != null; question = question.nextDue) {
        if (question.deadlineNanos - nowNanos <= 0) {
          due.add(question);
        }
      }
    }
    tick = Math.max(tick, now);
    return due;
  }

  private long tickOf(long nanos) {
    return Math.max(0, nanos - startNanos) / TICK_NANOS;
  }
}
