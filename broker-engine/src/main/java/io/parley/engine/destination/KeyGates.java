package io.parley.engine.destination;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Ordering keys in use: at most one message of a key passes at a time, and in order.
 *
 * <p>A gate is there while a message of its key has passed or is about to, or while messages of
 * runs wait behind it, known by sequence only. Delayed messages don't wait here: they go back to
 * disk, where BLOCKED_KEYS knows their order, and are fetched when their key is free.
 *
 * <p>A delayed message that was never handed out may come due while messages before it have not
 * been looked at yet, and one of them may have its key. Then it waits until all of them have been:
 * it is <em>ahead</em>.
 *
 * <p>Keys are told apart by a 64-bit hash. Bounded: {@link #MAX_WAITING} messages wait; at the
 * bound the destination hands out no fresh messages until one moves on.
 */
final class KeyGates {
  /** Most messages that wait behind their key in one destination. */
  static final int MAX_WAITING = 65_536;

  private final DelayedMessages delayed;
  private final ReturnedMessages returned;
  private final LongPredicate isLeased;
  private final Map<Long, Gate> gates = new HashMap<>();
  private final Set<Long> freed = new LinkedHashSet<>();
  private final LongHeap ahead = new LongHeap();
  private boolean missed;
  private int waiting;
  private int withDelayedBehind;

  /**
   * Gates of one destination.
   *
   * @param returned gets the sequences of messages whose turn has come
   * @param isLeased whether a message is in somebody's hands
   */
  KeyGates(DelayedMessages delayed, ReturnedMessages returned, LongPredicate isLeased) {
    this.delayed = delayed;
    this.returned = returned;
    this.isLeased = isLeased;
  }

  /** Messages that wait behind their key. */
  int waiting() {
    return waiting;
  }

  /** Due messages that are ahead of others that nobody looked at yet. */
  int ahead() {
    return ahead.size();
  }

  /** Whether no more may wait. */
  boolean isFull() {
    return waiting >= MAX_WAITING;
  }

  /** Whether it knows of nothing, and may be forgotten. */
  boolean isIdle() {
    return gates.isEmpty() && freed.isEmpty() && ahead.isEmpty() && !missed;
  }

  /** Keys in use. */
  int size() {
    return gates.size();
  }

  /**
   * Whether a message may be handed out: no earlier one of its key is here, and none is in
   * somebody's hands. If not, it waits. Called between groups.
   *
   * @param single the message if it is a delayed one, whose time has come; else null
   */
  boolean pass(long keyHash, long sequence, @Nullable SingleMessage single, long nowMs) {
    // One that was handed out before stays in memory: it knows whose late settle still counts.
    boolean toDisk = single != null && single.holder() == null;
    Gate gate = gates.get(keyHash);
    if (gate != null
        && gate.holder != sequence
        && (gate.holder < sequence || isLeased.test(gate.holder))) {
      await(gate, sequence, toDisk);
      return false;
    }
    long first = delayed.firstOfKey(keyHash);
    if (first != 0 && first < sequence) {
      if (delayed.load(first, nowMs)) {
        returned.add(first);
      }
      awaitDelayed(keyHash, gate, first, sequence, toDisk);
      return false;
    }
    gate = gate(keyHash);
    gate.holder = sequence;
    if (single != null) {
      delayedBehind(gate, true); // another of its key may be on disk, and due
    }
    stopWaiting(gate, sequence);
    return true;
  }

  private void await(Gate gate, long sequence, boolean toDisk) {
    if (toDisk) {
      delayed.unload(sequence);
      delayedBehind(gate, true);
    } else if (gate.add(sequence)) {
      waiting++;
    }
  }

  /** Waits behind a delayed message, whose own time may not have come. */
  private void awaitDelayed(
      long keyHash, @Nullable Gate gate, long first, long sequence, boolean toDisk) {
    if (toDisk && (gate == null || gate.firstBehind() == 0)) {
      delayed.unload(sequence); // both are on disk: no gate is needed to keep their order
      remove(keyHash);
    } else {
      Gate before = gate(keyHash);
      before.holder = first;
      await(before, sequence, toDisk);
    }
  }

  private Gate gate(long keyHash) {
    return gates.computeIfAbsent(keyHash, k -> new Gate());
  }

  private void remove(long keyHash) {
    Gate gate = gates.remove(keyHash);
    if (gate != null) {
      delayedBehind(gate, false);
    }
  }

  private void delayedBehind(Gate gate, boolean is) {
    if (gate.delayedBehind != is) {
      gate.delayedBehind = is;
      withDelayedBehind += is ? 1 : -1;
    }
  }

  /** Whether {@link #giveBack} has to know of messages that return. */
  boolean isAnyDelayedBehind() {
    return withDelayedBehind > 0;
  }

  /** The message of its key that another has to wait for; 0 if none. */
  long inTheWayOf(long keyHash, long sequence) {
    Gate gate = gates.get(keyHash);
    if (gate == null || gate.holder == sequence) {
      return 0;
    }
    return gate.holder < sequence || isLeased.test(gate.holder) ? gate.holder : 0;
  }

  /** A message returns: earlier ones of its key that had to wait for it come first now. */
  void giveBack(long keyHash, long sequence) {
    Gate gate = gates.get(keyHash);
    if (gate != null && gate.holder == sequence && gate.delayedBehind) {
      freed.add(keyHash);
    }
  }

  /** A message is done with: the next of its key may pass. */
  void leave(long keyHash, long sequence) {
    Gate gate = gates.get(keyHash);
    if (gate == null) {
      freed.add(keyHash);
    } else if (gate.holder != sequence) {
      stopWaiting(gate, sequence);
    } else {
      passOn(keyHash, gate);
    }
  }

  /** A message is delayed: it blocks its key until it is handled, from the disk. */
  void pause(long keyHash, long sequence) {
    Gate gate = gates.get(keyHash);
    if (gate == null) {
      freed.add(keyHash);
    } else if (gate.holder != sequence) {
      stopWaiting(gate, sequence);
    } else if (gate.firstBehind() < sequence) { // 0: none
      passOn(keyHash, gate);
    } else if (gate.delayedBehind) {
      freed.add(keyHash);
    }
  }

  private void stopWaiting(Gate gate, long sequence) {
    if (gate.remove(sequence)) {
      waiting--;
    }
  }

  private void passOn(long keyHash, Gate gate) {
    if (gate.delayedBehind) {
      freed.add(keyHash);
    }
    long next = gate.firstBehind();
    if (next == 0) {
      remove(keyHash);
    } else {
      gate.holder = next;
      stopWaiting(gate, next);
      returned.add(next);
    }
  }

  /** Fetches delayed messages whose key became free. Called between groups. */
  void fetchFreed(long nowMs) {
    for (long keyHash : freed) {
      long first = delayed.firstOfKey(keyHash);
      if (first == 0) {
        Gate gate = gates.get(keyHash);
        if (gate != null) {
          delayedBehind(gate, false);
        }
      } else if (delayed.load(first, nowMs)) {
        returned.add(first);
      }
    }
    freed.clear();
  }

  /** A delayed message waits until the cursor is past it. */
  void awaitCursor(long sequence) {
    if (isFull()) {
      delayed.unload(sequence); // the cursor stands still: make room for what can move it
      missed = true;
    } else {
      ahead.add(sequence);
    }
  }

  /** All messages before the cursor have been looked at. */
  void cursorAt(long cursor) {
    while (!ahead.isEmpty() && ahead.peek() <= cursor) {
      returned.add(ahead.poll());
    }
  }

  /** Looks again for due messages that there was no room for. */
  void lookAgain() {
    if (isFull()) {
      while (!ahead.isEmpty()) {
        awaitCursor(ahead.poll());
      }
    } else if (missed && ahead.size() < DelayedMessages.PAGE / 2) {
      delayed.lookAgain();
      missed = false;
    }
  }

  private static final class Gate {
    /** The message that has passed, or is the next to. */
    private long holder;

    /** Messages of runs that wait, by sequence; null while there are none. */
    private @Nullable TreeSet<Long> behind;

    /** Whether delayed messages of the key may be due, but on disk alone. */
    private boolean delayedBehind;

    /** The first message that waits; 0 if none does. */
    long firstBehind() {
      return behind == null ? 0 : behind.first();
    }

    boolean add(long sequence) {
      if (behind == null) {
        behind = new TreeSet<>();
      }
      return behind.add(sequence);
    }

    boolean remove(long sequence) {
      boolean removed = behind != null && behind.remove(sequence);
      if (removed && behind != null && behind.isEmpty()) {
        behind = null;
      }
      return removed;
    }
  }
}
