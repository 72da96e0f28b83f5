package io.parley.engine.destination;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.engine.group.Group;
import io.parley.protocol.model.MessageRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Moves the commands of one type from the queue that owned it to the one that does now, in their
 * order, with their attempts and errors.
 *
 * <pre>
 *   pass, step by step: runs and delayed ones, by sequence ──> dead letters ──> over
 *   strays: leased when the pass came by; each moves once its holder has let go of it
 * </pre>
 *
 * <p>Until the pass is over the old queue hands out nothing: else a later command could be handled
 * there while an earlier one of its key is handled here. A stray is settled by its holder as ever;
 * if it returns instead, nobody else gets it there.
 *
 * <p>Memory only; what it did is in the tables, and one made anew goes on. Each step looks at about
 * {@link #STEP_MESSAGES} messages. Steps need everything before them committed, and a group of
 * their own.
 */
public final class TypeMove {
  /** Messages that a step looks at; a run is looked at as a whole. */
  public static final int STEP_MESSAGES = 10_000;

  private final Destinations destinations;
  private final Destination from;
  private final Destination to;
  private final byte[] type;
  private final TreeSet<Long> strays = new TreeSet<>();
  private long next;
  private long nextLetter;
  private boolean over;
  private boolean stirred;
  private long moved;

  /** A move that has not begun; the old queue stands still from now on. */
  public TypeMove(Destinations destinations, Destination from, Destination to, String type) {
    this.destinations = destinations;
    this.from = from;
    this.to = to;
    this.type = type.getBytes(UTF_8);
    from.leaving(this);
  }

  /** Whether all has moved but strays, so that the old queue goes on. */
  public boolean isPassOver() {
    return over;
  }

  /** Whether nothing is left of the type in the old queue. */
  public boolean isDone() {
    return over && strays.isEmpty();
  }

  /** Commands moved so far. */
  public long moved() {
    return moved;
  }

  /**
   * Whether a step would do something, since this was asked last: some are left, or a holder let go
   * of a stray.
   */
  public boolean takeStir() {
    boolean was = stirred;
    stirred = false;
    return was;
  }

  /** A restart interrupted it: it begins anew. */
  public void resume() {
    stirred = true;
  }

  /** A holder in the old queue let go of something. */
  void stir() {
    stirred = true;
  }

  /** Whether a message must not be handed out by the old queue. */
  boolean isStray(long sequence) {
    return strays.contains(sequence);
  }

  /** Moves some, and those strays that nobody holds any more. */
  public void step(Group group) {
    destinations.touch(from);
    destinations.touch(to);
    stirred = false;
    if (over) {
      moveReturned(group);
    } else {
      pass(group);
    }
    if (isDone()) {
      from.left(this);
    }
  }

  private void pass(Group group) {
    if (next < Long.MAX_VALUE) {
      moveWaiting(group);
    }
    over = next == Long.MAX_VALUE && !moveLetters(group);
    stirred = !over;
  }

  private void moveWaiting(Group group) {
    List<Run> runs = from.messages().runsFrom(next, STEP_MESSAGES);
    boolean moreRuns = runs.stream().mapToLong(run -> run.count).sum() >= STEP_MESSAGES;
    long end = moreRuns ? runs.get(runs.size() - 1).endSequence() : Long.MAX_VALUE;
    List<SingleMessage> singles = from.messages().delayedFrom(next, STEP_MESSAGES, 0);
    if (singles.size() >= STEP_MESSAGES) {
      long last = singles.get(singles.size() - 1).sequence;
      end = Math.min(end, endOfRun(runs, last));
      singles = from.messages().delayedFrom(next, 0, end);
    }
    int single = 0;
    for (Run run : runs) {
      if (run.firstSequence < end) {
        single = moveRun(group, run, singles, single);
      }
    }
    moveSingles(group, singles, single, end);
    next = end;
  }

  /** Where a step may end that has come to a sequence: not inside a run. */
  private static long endOfRun(List<Run> runs, long sequence) {
    for (Run run : runs) {
      if (run.firstSequence <= sequence && sequence < run.endSequence()) {
        return run.endSequence();
      }
    }
    return sequence + 1;
  }

  /**
   * Moves those of a run that nobody holds, in runs of their own between the delayed ones that left
   * it; returns which of those is the next.
   */
  private int moveRun(Group group, Run run, List<SingleMessage> singles, int first) {
    int single = moveSingles(group, singles, first, run.firstSequence);
    List<Integer> leaving = new ArrayList<>();
    for (int i = 0; i < run.count; i++) {
      if (run.isDone(i)) {
        boolean isSingle =
            single < singles.size() && singles.get(single).sequence == run.firstSequence + i;
        if (isSingle) {
          moveOut(group, run, leaving);
          single = moveSingles(group, singles, single, run.firstSequence + i + 1);
        }
      } else if (from.messages().record(run, i).hasTypeOf(type)) {
        Lease holder = run.holder(i);
        if (holder != null && !holder.isEnded()) {
          strays.add(run.firstSequence + i);
        } else {
          leaving.add(i);
        }
      }
    }
    moveOut(group, run, leaving);
    return single;
  }

  /** Moves some messages of a run, as one run; empties the list. */
  private void moveOut(Group group, Run run, List<Integer> leaving) {
    if (leaving.isEmpty()) {
      return;
    }
    Run.Builder moving = new Run.Builder(0);
    for (int index : leaving) {
      MessageRecord record = from.messages().record(run, index);
      moving.add(record.offset(), record.size(), record.flags());
    }
    group.retain(run.chunk);
    to.messages().adopt(group, moving.build(run.chunk, run.storedAtMs));
    for (int index : leaving) {
      from.moveAway(run, index);
    }
    moved += leaving.size();
    leaving.clear();
  }

  /** Moves delayed ones up to a sequence; returns which is the next. */
  private int moveSingles(Group group, List<SingleMessage> singles, int first, long end) {
    int at = first;
    while (at < singles.size() && singles.get(at).sequence < end) {
      SingleMessage message = singles.get(at++);
      if (from.messages().record(message).hasTypeOf(type)) {
        moveSingle(group, message);
      }
    }
    return at;
  }

  private void moveSingle(Group group, SingleMessage message) {
    Lease holder = message.holder();
    if (holder != null && !holder.isEnded()) {
      strays.add(message.sequence);
    } else {
      from.moveAway(group, message);
      to.messages().adopt(group, message);
      moved++;
    }
  }

  /** Moves some dead letters; returns whether there may be more. */
  private boolean moveLetters(Group group) {
    List<SingleMessage> letters = new ArrayList<>();
    from.deadLetters(
        nextLetter,
        letter -> {
          letters.add(letter);
          return letters.size() < STEP_MESSAGES;
        });
    for (SingleMessage letter : letters) {
      if (from.messages().record(letter).hasTypeOf(type)) {
        moveLetter(group, letter);
      }
      nextLetter = letter.sequence + 1;
    }
    return letters.size() == STEP_MESSAGES;
  }

  private void moveLetter(Group group, SingleMessage letter) {
    from.messages().takeLetter(group, letter);
    to.messages().adoptLetter(group, letter);
    moved++;
  }

  private void moveReturned(Group group) {
    for (long sequence : List.copyOf(strays)) {
      if (from.isLeased(sequence)) {
        continue;
      }
      strays.remove(sequence);
      SingleMessage single = from.messages().single(group, sequence);
      SingleMessage letter = single == null ? from.messages().deadLetter(sequence) : null;
      Run run = from.messages().run(sequence);
      if (single != null) {
        moveSingle(group, single);
      } else if (letter != null) {
        moveLetter(group, letter);
      } else if (run != null && !run.isDone(run.index(sequence))) {
        moveOut(group, run, new ArrayList<>(List.of(run.index(sequence))));
      }
    }
  }
}
