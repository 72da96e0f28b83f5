package io.parley.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A point in time, by this process's clock, after which somebody waits no longer. While a thread is
 * within one, what it sends and asks through any client has no more time than is left:
 *
 * <pre>{@code
 * try (Deadline.Scope scope = client.within(Duration.ofSeconds(2))) {
 *   Answer<Stock> stock = client.ask("shop.stock.GetStock", id, Stock.class, Duration.ofSeconds(10));
 *   client.send("shop.stock.Reserve", stock.body());  // waits for its confirm for what is left
 * }
 * }</pre>
 *
 * <ul>
 *   <li>An ask waits for what is left, if that is less than its own deadline; the responder sees so
 *       much of it.
 *   <li>A send or publish waits for room and for its confirm no longer. The message itself has no
 *       deadline by that: once it is stored it is handled.
 *   <li>What begins after the end isn't sent or asked at all: {@link DeadlineExceededException} and
 *       {@link QueryException.DeadlineExceeded}.
 * </ul>
 *
 * <p>The handler of a query is within its asker's deadline by itself, that of a command or event
 * within the one its consumer was given ({@link CommandConsumer.Builder#deadline}). A thread of
 * yours gets it by {@link #current} and {@link #enter}. Nothing is interrupted when a deadline
 * passes. Any thread may use it.
 */
public final class Deadline {
  private static final ThreadLocal<@Nullable Deadline> CURRENT = new ThreadLocal<>();

  private final long untilNanos;

  private Deadline(long untilNanos) {
    this.untilNanos = untilNanos;
  }

  /**
   * A deadline from now on.
   *
   * @param time zero or less is over already; at most 24 days
   * @throws IllegalArgumentException if it is longer
   */
  public static Deadline in(Duration time) {
    Duration left = time.isNegative() ? Duration.ZERO : time;
    return new Deadline(System.nanoTime() + Numbers.requireMillis("deadline", left, 0).toNanos());
  }

  static Deadline atNanos(long nanos) {
    return new Deadline(nanos);
  }

  /** The one the calling thread is within, or null. */
  public static @Nullable Deadline current() {
    return CURRENT.get();
  }

  /** What is left of it; zero once it is over. */
  public Duration timeLeft() {
    return Duration.ofNanos(Math.max(0, untilNanos - System.nanoTime()));
  }

  /** Whether nothing is left. */
  public boolean isOver() {
    return untilNanos - System.nanoTime() <= 0;
  }

  /**
   * Puts the calling thread within it, until the scope is closed. A thread that is within one
   * already has the earlier of both.
   */
  public Scope enter() {
    Deadline before = CURRENT.get();
    Deadline now = before != null && before.untilNanos - untilNanos < 0 ? before : this;
    CURRENT.set(now);
    return new Scope(now, before);
  }

  /** The shorter of a time and what is left for the calling thread. */
  static Duration atMost(Duration time) {
    Deadline current = CURRENT.get();
    if (current == null) {
      return time;
    }
    Duration left = current.timeLeft();
    return left.compareTo(time) < 0 ? left : time;
  }

  /**
   * Refuses a send whose thread has no time left.
   *
   * @throws DeadlineExceededException naming what isn't sent
   */
  static void requireTimeLeft(String what) {
    Deadline current = CURRENT.get();
    if (current != null && current.isOver()) {
      throw new DeadlineExceededException(what + " is not sent: " + current);
    }
  }

  @Override
  public String toString() {
    Duration left = Duration.ofNanos(untilNanos - System.nanoTime());
    return left.isNegative() || left.isZero()
        ? "the deadline passed " + left.negated().toMillis() + " ms ago"
        : "the deadline is in " + left.toMillis() + " ms";
  }

  /** A stretch of a thread's work within a deadline. To be closed by the thread that entered it. */
  public static final class Scope implements AutoCloseable {
    private final Thread thread = Thread.currentThread();
    private final Deadline deadline;
    private final @Nullable Deadline before;
    private boolean closed;

    private Scope(Deadline deadline, @Nullable Deadline before) {
      this.deadline = deadline;
      this.before = before;
    }

    /** The deadline that counts here: the one entered, or an earlier one around it. */
    public Deadline deadline() {
      return deadline;
    }

    /**
     * Ends it: the thread is within the deadline around it again, or none. A second call does
     * nothing.
     *
     * @throws IllegalStateException on another thread than the one that entered it
     */
    @Override
    public void close() {
      if (Thread.currentThread() != thread) {
        throw new IllegalStateException(
            "closed by "
                + Thread.currentThread().getName()
                + " (expected: "
                + thread.getName()
                + ", which entered it)");
      }
      if (!closed) {
        closed = true;
        CURRENT.set(before);
      }
    }
  }
}
