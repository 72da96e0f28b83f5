package io.parley.engine.destination;

import io.parley.engine.group.Keys;
import io.parley.engine.store.Store;
import io.parley.engine.store.Table;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The runs of one destination that are in memory: those with messages in somebody's hands, and some
 * of those that come next. The rest stays on disk until it is its turn.
 *
 * <pre>
 *      1 ......... cursor ................. loadedEnd ............... next sequence
 *      | handed out | loaded, not handed out | on disk only            |
 * </pre>
 *
 * <p>Bounded: {@link #MAX_FRESH_RUNS} runs that nobody got yet; runs before the cursor are bounded
 * by the consumers' credit.
 */
final class RunWindow {
  /** Most loaded runs of which no message was handed out. */
  static final int MAX_FRESH_RUNS = 256;

  private static final int PAGE_RUNS = 64;

  private final int destination;
  private final TreeMap<Long, Run> loaded = new TreeMap<>();
  private long loadedEnd;
  private long cursor;
  private int fresh;
  private @Nullable Run last;

  /**
   * A window.
   *
   * @param loadedEnd the sequence before which nothing is on disk
   */
  RunWindow(int destination, long loadedEnd) {
    this.destination = destination;
    this.loadedEnd = loadedEnd;
    this.cursor = loadedEnd;
  }

  /** Runs in memory. */
  int size() {
    return loaded.size();
  }

  /** A run was added behind all others. It is kept if all before it are, and there is room. */
  void append(Run run) {
    if (run.firstSequence == loadedEnd && fresh < MAX_FRESH_RUNS) {
      keep(run);
    }
  }

  private void keep(Run run) {
    loaded.put(run.firstSequence, run);
    loadedEnd = run.endSequence();
    fresh++;
  }

  /** A sequence is used by a message that is in no run. */
  void skip(long sequence) {
    if (sequence == loadedEnd) {
      loadedEnd++;
    }
  }

  /** The sequence before which no run is left. */
  long head() {
    return loaded.isEmpty() ? loadedEnd : Math.min(loaded.firstKey(), loadedEnd);
  }

  /** Whether a sequence's run would be in memory, if it still existed. */
  boolean isLoaded(long sequence) {
    return sequence < loadedEnd;
  }

  /** All of a run's messages are done. */
  void remove(Run run) {
    if (loaded.remove(run.firstSequence) != null && run.endSequence() > cursor) {
      fresh--;
    }
    if (last == run) {
      last = null;
    }
  }

  /**
   * The run that a sequence is in, or null if it isn't loaded or gone.
   *
   * @param committedEnd the sequence before which runs may be on disk
   */
  @Nullable Run find(long sequence, Store store, long committedEnd) {
    Run run = last;
    if (run != null && sequence >= run.firstSequence && sequence < run.endSequence()) {
      return run;
    }
    while (sequence >= loadedEnd && loadedEnd < committedEnd && fresh < MAX_FRESH_RUNS) {
      load(store, committedEnd);
    }
    var entry = loaded.floorEntry(sequence);
    if (entry == null || sequence >= entry.getValue().endSequence()) {
      return null;
    }
    last = entry.getValue();
    return last;
  }

  /** The run that starts with a sequence if it is in memory, or null. */
  @Nullable Run loaded(long firstSequence) {
    return loaded.get(firstSequence);
  }

  /** The run of the next message that nobody got yet, or null if there is none. */
  @Nullable Run atCursor(Store store, long committedEnd) {
    while (true) {
      var entry = loaded.floorEntry(cursor);
      if (entry == null || cursor >= entry.getValue().endSequence()) {
        entry = loaded.higherEntry(cursor);
      }
      if (entry != null) {
        cursor = Math.max(cursor, entry.getValue().firstSequence);
        return entry.getValue();
      }
      if (loadedEnd >= committedEnd) {
        cursor = Math.max(cursor, loadedEnd);
        return null;
      }
      load(store, committedEnd);
    }
  }

  /** The sequence of the next message that nobody got yet. */
  long cursor() {
    return cursor;
  }

  /** Messages of a run up to here were handed out or skipped. */
  void advance(Run run, long sequence) {
    cursor = sequence;
    if (sequence >= run.endSequence()) {
      fresh--;
    }
  }

  private void load(Store store, long committedEnd) {
    int[] left = {PAGE_RUNS};
    store.scan(
        Table.RUNS,
        Keys.of(destination, loadedEnd),
        Keys.of(destination, committedEnd),
        (key, value) -> {
          keep(Run.decode(Keys.longAt(key, 4), value));
          return --left[0] > 0;
        });
    if (left[0] > 0) {
      loadedEnd = committedEnd;
    }
  }
}
