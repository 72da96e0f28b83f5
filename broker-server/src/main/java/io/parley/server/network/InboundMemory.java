package io.parley.server.network;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * Room for what clients send, of all connections together: frames that aren't whole yet, and large
 * requests until they are answered. Where there is none for a frame, its connection isn't read from
 * until there is; those that don't go on meanwhile have to go ({@link ConnectionInitializer#shed}).
 * Any thread.
 */
final class InboundMemory {
  /** Of all connections together, unless a test says less; twice the largest frame. */
  static final long MAX_BYTES = 32L << 20;

  /** Frames up to this size pass the larger ones, into a quarter more that is theirs alone. */
  private static final int SMALL_BYTES = 64 * 1024;

  // guarded by this
  private final Line small;
  private final Line large;
  private long bytes;

  InboundMemory(long maxBytes) {
    small = new Line(maxBytes + maxBytes / 4);
    large = new Line(maxBytes);
  }

  /**
   * Takes room for a frame; for one alone there always is some. Where there is none, or others of
   * its size wait already, it stands in line, and whoever gives room back takes it on its behalf.
   *
   * @param roomTaken called if it had to wait, by any thread, once the room is taken
   * @return whether it was taken at once
   */
  synchronized boolean take(int frameBytes, Runnable roomTaken) {
    Line line = frameBytes <= SMALL_BYTES ? small : large;
    if (line.waiting.isEmpty() && fits(frameBytes, line)) {
      bytes += frameBytes;
      return true;
    }
    line.waiting.add(new Waiting(frameBytes, roomTaken));
    return false;
  }

  /** Takes room for what is here already, whether or not there is some. */
  synchronized void add(int requestBytes) {
    bytes += requestBytes;
  }

  /** Gives room back, to those who wait first. */
  void give(int moreBytes) {
    if (moreBytes > 0) {
      served(moreBytes).forEach(Runnable::run);
    }
  }

  private synchronized List<Runnable> served(int moreBytes) {
    bytes -= moreBytes;
    if (!isScarce()) {
      return List.of();
    }
    List<Runnable> served = new ArrayList<>();
    for (Line line : List.of(small, large)) {
      Waiting first = line.waiting.peek();
      while (first != null && fits(first.bytes, line)) {
        line.waiting.remove();
        bytes += first.bytes;
        served.add(first.roomTaken);
        first = line.waiting.peek();
      }
    }
    return served;
  }

  private boolean fits(int frameBytes, Line line) {
    return bytes == 0 || bytes + frameBytes <= line.maxBytes;
  }

  /** Whether somebody waits for room. */
  synchronized boolean isScarce() {
    return !small.waiting.isEmpty() || !large.waiting.isEmpty();
  }

  synchronized long bytes() {
    return bytes;
  }

  private static final class Line {
    private final long maxBytes;
    private final Queue<Waiting> waiting = new ArrayDeque<>();

    private Line(long maxBytes) {
      this.maxBytes = maxBytes;
    }
  }

  private record Waiting(int bytes, Runnable roomTaken) {}
}
