package io.parley.client;

import io.parley.protocol.model.Settlement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects settlements and says them in few words: completions and releases of neighbouring
 * sequences become ranges, in whatever order they came. The others keep their order. Event loop
 * only.
 */
final class SettleCoalescer {
  /** What a settlement takes on the wire besides texts and records, at most. */
  private static final int FIXED_BYTES = 64;

  private final List<Run> completed = new ArrayList<>();
  private final List<Run> released = new ArrayList<>();
  private final Deque<Settlement> others = new ArrayDeque<>();

  /** Sequences settled alike. */
  private static final class Run {
    final long epoch;
    final long first;
    int count;

    Run(long epoch, long first, int count) {
      this.epoch = epoch;
      this.first = first;
      this.count = count;
    }

    boolean isFollowedBy(long nextEpoch, long next) {
      return epoch == nextEpoch && first + count == next;
    }
  }

  /** One message is done, and nothing else is to be said about it. */
  void complete(long epoch, long sequence) {
    add(completed, epoch, sequence, 1);
  }

  /** Messages are given back. */
  void release(long epoch, long first, int count) {
    add(released, epoch, first, count);
  }

  private static void add(List<Run> runs, long epoch, long first, int count) {
    if (!runs.isEmpty()) {
      Run last = runs.get(runs.size() - 1);
      if (last.isFollowedBy(epoch, first)) {
        last.count += count;
        return;
      }
    }
    runs.add(new Run(epoch, first, count));
  }

  /** Anything else. */
  void add(Settlement settlement) {
    if (settlement instanceof Settlement.Complete complete) {
      add(completed, complete.epoch(), complete.sequence(), complete.count());
    } else if (settlement instanceof Settlement.Release release) {
      release(release.epoch(), release.sequence(), release.count());
    } else {
      others.add(settlement);
    }
  }

  boolean isEmpty() {
    return completed.isEmpty() && released.isEmpty() && others.isEmpty();
  }

  /**
   * Takes as much as fits a frame; at least one settlement if there is any.
   *
   * @param messagesMax most messages settled
   * @param bytesMax most bytes, unless one settlement alone takes more
   */
  List<Settlement> take(int messagesMax, int bytesMax) {
    List<Settlement> taken = new ArrayList<>();
    int messages = takeRuns(completed, taken, messagesMax, bytesMax, true);
    messages += takeRuns(released, taken, messagesMax - messages, bytesMax, false);
    long bytes = (long) taken.size() * FIXED_BYTES;
    while (messages < messagesMax) {
      Settlement next = others.peek();
      if (next == null || (!taken.isEmpty() && bytes + size(next) > bytesMax)) {
        break;
      }
      bytes += size(next);
      messages++;
      taken.add(others.remove());
    }
    return taken;
  }

  /** Moves ranges over, and says how many messages they hold. */
  private static int takeRuns(
      List<Run> runs, List<Settlement> taken, int messagesMax, int bytesMax, boolean complete) {
    merge(runs);
    int messages = 0;
    int whole = 0;
    for (Run run : runs) {
      int count = Math.min(run.count, messagesMax - messages);
      if (count == 0 || (taken.size() + 1) * FIXED_BYTES > bytesMax) {
        break;
      }
      taken.add(
          complete
              ? new Settlement.Complete(run.epoch, run.first, count)
              : new Settlement.Release(run.epoch, run.first, count));
      messages += count;
      if (count < run.count) {
        runs.set(whole, new Run(run.epoch, run.first + count, run.count - count));
        break;
      }
      whole++;
    }
    runs.subList(0, whole).clear();
    return messages;
  }

  /** Several handlers end out of order: puts the runs in order and joins neighbours. */
  private static void merge(List<Run> runs) {
    if (runs.size() < 2) {
      return;
    }
    runs.sort(Comparator.<Run>comparingLong(run -> run.epoch).thenComparingLong(run -> run.first));
    int kept = 0;
    for (int i = 1; i < runs.size(); i++) {
      Run run = runs.get(i);
      if (runs.get(kept).isFollowedBy(run.epoch, run.first)) {
        runs.get(kept).count += run.count;
      } else {
        runs.set(++kept, run);
      }
    }
    runs.subList(kept + 1, runs.size()).clear();
  }

  private static long size(Settlement settlement) {
    if (settlement instanceof Settlement.CompleteWith with) {
      return FIXED_BYTES
          + with.emitted().length()
          + (with.result() == null ? 0L : 256L + with.result().bytes().length);
    }
    if (settlement instanceof Settlement.Reject reject) {
      return FIXED_BYTES + textBytes(reject.code()) + textBytes(reject.reason());
    }
    if (settlement instanceof Settlement.Fail fail) {
      return FIXED_BYTES + textBytes(fail.errorClass()) + textBytes(fail.message());
    }
    return FIXED_BYTES;
  }

  private static long textBytes(@Nullable String text) {
    return text == null ? 0 : 3L * text.length();
  }
}
