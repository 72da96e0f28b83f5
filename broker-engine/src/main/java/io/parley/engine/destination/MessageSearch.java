package io.parley.engine.destination;

import io.parley.engine.group.Chunks;
import io.parley.engine.group.Keys;
import io.parley.engine.store.Store;
import io.parley.engine.store.Table;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a message by its id: first for its record in the chunks, then for the runs and entries
 * that refer to it. There is no index by id, which every message would have to pay for.
 *
 * <pre>
 *   chunks:   1 ......... start ............... newest       start: where the id's own time says
 *                         |────── first ──────>|             that it may have been stored; 1 if the
 *             |── then ──>|                                  id has none
 *   places:   each destination's RUNS, DELAYED, DEAD_LETTERS: the way that messages go
 * </pre>
 *
 * <p>Reads what is written, and nothing of an engine: any thread, one at a time. Each {@link #step}
 * reads at most {@link #STEP_BYTES} of chunks (and the rest of one), {@link #STEP_CHUNKS} chunks or
 * {@link #STEP_ENTRIES} entries. It ends at the first record with the id; a sender that stores the
 * same id again outside the dedup window is told of its first message only.
 */
public final class MessageSearch {
  /** Bytes of chunks that a step reads. */
  public static final int STEP_BYTES = 8 << 20;

  /** Chunks that a step reads. */
  public static final int STEP_CHUNKS = 5_000;

  /** Runs, delayed messages and dead letters that a step reads. */
  public static final int STEP_ENTRIES = 50_000;

  /** How far the clocks of senders and broker may differ for the search to be a short one. */
  static final long CLOCK_SKEW_MS = 5 * 60_000;

  /** A message may move against the way of the search once; not every time. */
  private static final int PASSES = 2;

  private final Store store;
  private final MessageId id;
  private final MessageRecord record = new MessageRecord();
  private final long newest;

  private long start;
  private long at;
  private boolean wrapped;
  private long chunksLeft;
  private long bytesLooked;

  private @Nullable Stored stored;
  private List<Integer> destinations = List.of();
  private Iterator<Integer> nextDestinations = List.<Integer>of().iterator();
  private int destination;
  private Table table = Table.RUNS;
  private long sequence;
  private long before;
  private int pass;
  private final List<MessagePlace> places = new ArrayList<>();
  private boolean over;

  /**
   * A search that begins with its first step.
   *
   * @param newest position of the last group that may have stored the message
   */
  public MessageSearch(Store store, MessageId id, long newest) {
    this.store = store;
    this.id = id;
    this.newest = Chunks.number(newest, MessageKind.EVENT);
  }

  /**
   * The message as it was stored.
   *
   * @param chunk the chunk that it lies in
   * @param offset where in the chunk
   * @param atMs when it was stored, milliseconds since the epoch
   */
  public record Stored(long chunk, int offset, long atMs, Message message) {}

  /** The message, once it was found; null while it wasn't. */
  public @Nullable Stored stored() {
    return stored;
  }

  /** Whether there is nothing more to look at, or not until {@link #lookIn}. */
  public boolean isOver() {
    return over;
  }

  /** Where the message is. */
  public List<MessagePlace> places() {
    return places;
  }

  /** Bytes of chunks looked at so far. */
  public long bytesLooked() {
    return bytesLooked;
  }

  /** How much of the way through the chunks is done, 0 to 1. */
  public double progress() {
    if (stored != null || over) {
      return 1;
    }
    long done = wrapped ? newest - start + at : at - start;
    return newest == 0 ? 1 : Math.max(0, Math.min(1, (double) done / newest));
  }

  /** The message was found: look for it in these destinations. */
  public void lookIn(Collection<Integer> numbers) {
    destinations = List.copyOf(new TreeSet<>(numbers));
    nextDestinations = destinations.iterator();
    over = false;
    nextDestination();
  }

  /** Looks a bit further. */
  public void step() {
    if (over) {
      return;
    }
    if (stored == null) {
      lookAtChunks();
    } else {
      lookAtEntries();
    }
  }

  // ---------------------------------------------------------------- the record

  private void lookAtChunks() {
    if (at == 0) {
      start = Math.max(1, firstChunkSince(timeOf(id) - CLOCK_SKEW_MS));
      at = start;
    }
    long end = wrapped ? start : Long.MAX_VALUE;
    long bytesEnd = bytesLooked + STEP_BYTES;
    chunksLeft = STEP_CHUNKS;
    boolean[] more = {false};
    store.scan(
        Table.CHUNKS,
        Keys.of(at),
        wrapped ? Keys.of(end) : null,
        (key, chunk) -> {
          if (bytesLooked >= bytesEnd || chunksLeft == 0) {
            more[0] = true;
            return false;
          }
          lookAt(Keys.longAt(key, 0), chunk);
          at = Keys.longAt(key, 0) + 1;
          return stored == null;
        });
    if (stored != null) {
      over = true; // until somebody says in which destinations to look
    } else if (!more[0]) {
      over = wrapped || start == 1;
      wrapped = true;
      at = 1;
    }
  }

  private void lookAt(long number, byte[] chunk) {
    chunksLeft--;
    bytesLooked += chunk.length;
    int offset = Chunks.HEADER_BYTES;
    while (offset < chunk.length) {
      record.wrap(chunk, offset);
      if (record.idHigh() == id.high() && record.idLow() == id.low() && isUsed(number)) {
        stored = new Stored(number, offset, Chunks.timeMs(chunk), record.toMessage());
        return;
      }
      offset = record.end();
    }
  }

  /**
   * Whether the record is there to be used. A batch is copied as it came: with what is of the other
   * kind, and with what was refused because it is no message.
   */
  private boolean isUsed(long chunk) {
    try {
      record.check(record.end());
    } catch (IllegalArgumentException e) {
      return false;
    }
    return record.isIntact() && chunk == Chunks.number(chunk / 2, record.kind());
  }

  /** The time that an id of version 7 was made; far in the past for others. */
  private static long timeOf(MessageId id) {
    boolean hasTime = (id.high() >>> 12 & 0xF) == 7 && id.low() >>> 62 == 2;
    return hasTime ? id.high() >>> 16 : 0;
  }

  /** The number of the first chunk from a time on: times grow with numbers. */
  private long firstChunkSince(long timeMs) {
    long low = 1;
    long high = newest + 1;
    while (timeMs > 0 && low < high) {
      long middle = (low + high) >>> 1;
      long[] found = {high, Long.MAX_VALUE};
      store.scan(
          Table.CHUNKS,
          Keys.of(middle),
          Keys.of(high),
          (key, chunk) -> {
            found[0] = Keys.longAt(key, 0);
            found[1] = Chunks.timeMs(chunk);
            return false;
          });
      if (found[1] < timeMs) {
        low = found[0] + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  // ---------------------------------------------------------------- what refers to it

  private void lookAtEntries() {
    int[] left = {STEP_ENTRIES};
    while (!over && left[0] > 0) {
      lookAtTable(left);
    }
  }

  private void lookAtTable(int[] left) {
    boolean[] more = {false};
    store.scan(
        table,
        Keys.of(destination, sequence),
        Keys.of(destination + 1),
        (key, value) -> {
          if (left[0]-- == 0) {
            more[0] = true;
            return false;
          }
          lookAtEntry(Keys.longAt(key, 4), value);
          return true;
        });
    if (!more[0]) {
      nextTable();
    }
  }

  private void lookAtEntry(long from, byte[] value) {
    sequence = from + 1;
    Stored wanted = Objects.requireNonNull(stored);
    if (table == Table.RUNS) {
      Run run = Run.decode(from, value);
      if (run.chunk == wanted.chunk) {
        lookInRun(run, wanted);
      }
      before += run.count - run.doneCount();
    } else {
      SingleMessage message = SingleMessage.decode(table, from, value);
      if (message.chunk == wanted.chunk && message.id().equals(id)) {
        places.add(new MessagePlace(destination, from, 0, 0));
      }
    }
  }

  private void lookInRun(Run run, Stored wanted) {
    byte[] chunk = store.get(Table.CHUNKS, Keys.of(wanted.chunk));
    long waiting = before;
    for (int i = 0; chunk != null && i < run.count; i++) {
      boolean done = run.isDone(i);
      if (!done && run.offset(i, chunk) == wanted.offset) {
        places.add(
            new MessagePlace(destination, run.firstSequence + i, run.firstSequence, waiting));
      }
      waiting += done ? 0 : 1;
    }
  }

  private void nextTable() {
    sequence = 0;
    if (table == Table.RUNS) {
      table = Table.DELAYED;
    } else if (table == Table.DELAYED) {
      table = Table.DEAD_LETTERS;
    } else {
      nextDestination();
    }
  }

  private void nextDestination() {
    if (!nextDestinations.hasNext() && places.isEmpty() && ++pass < PASSES) {
      nextDestinations = destinations.iterator();
    }
    if (nextDestinations.hasNext()) {
      destination = nextDestinations.next();
      table = Table.RUNS;
      sequence = 0;
      before = 0;
    } else {
      over = true;
    }
  }
}
