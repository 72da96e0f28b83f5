package io.parley.engine.destination;

import io.parley.engine.group.ValueReader;
import io.parley.engine.group.ValueWriter;
import io.parley.engine.store.DamagedDataException;
import io.parley.engine.store.Table;
import io.parley.protocol.model.MessageRecord;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Messages that one group added to one destination: consecutive sequences, whose records lie in one
 * chunk, in one or more fragments.
 *
 * <p>On disk: where the records are, and which messages are done. In memory besides: who holds
 * which.
 */
final class Run {
  private static final int VERSION = 1;

  final long firstSequence;
  final long chunk;
  final long storedAtMs;
  final int count;

  /** All flags that any of its messages has. */
  final int flags;

  /** Bytes of all its records. */
  final int bytes;

  /** Pairs: offset in the chunk, messages from there on. */
  private final int[] fragments;

  private final long[] done;
  private int doneCount;
  private Lease @Nullable [] holders;
  private int @Nullable [] offsets;

  Run(
      long firstSequence,
      long chunk,
      long storedAtMs,
      int count,
      int flags,
      int bytes,
      int[] fragments) {
    this.firstSequence = firstSequence;
    this.chunk = chunk;
    this.storedAtMs = storedAtMs;
    this.count = count;
    this.flags = flags;
    this.bytes = bytes;
    this.fragments = fragments;
    this.done = new long[(count + 63) / 64];
  }

  /** The sequence after its last. */
  long endSequence() {
    return firstSequence + count;
  }

  /** The index of the message with a sequence. */
  int index(long sequence) {
    return (int) (sequence - firstSequence);
  }

  /** The same messages as another destination's, from another sequence on. */
  Run movedTo(long sequence) {
    return new Run(sequence, chunk, storedAtMs, count, flags, bytes, fragments);
  }

  boolean isDone(int index) {
    return (done[index >>> 6] & (1L << index)) != 0;
  }

  void setDone(int index) {
    done[index >>> 6] |= 1L << index;
    doneCount++;
  }

  int doneCount() {
    return doneCount;
  }

  boolean isFinished() {
    return doneCount == count;
  }

  @Nullable Lease holder(int index) {
    return holders == null ? null : holders[index];
  }

  /**
   * Whether a message was never handed out, nor settled by somebody who got it before a restart.
   */
  boolean isFresh(int index) {
    return !isDone(index) && holder(index) == null;
  }

  void setHolder(int index, Lease lease) {
    if (holders == null) {
      holders = new Lease[count];
    }
    holders[index] = lease;
  }

  /** Where a record starts in the chunk. */
  int offset(int index, byte[] chunkBytes) {
    if (offsets == null) {
      offsets = findOffsets(chunkBytes);
    }
    return offsets[index];
  }

  private int[] findOffsets(byte[] chunkBytes) {
    int[] found = new int[count];
    MessageRecord record = new MessageRecord();
    int index = 0;
    for (int f = 0; f < fragments.length; f += 2) {
      int at = fragments[f];
      for (int left = fragments[f + 1]; left > 0; left--) {
        found[index++] = at;
        at += sizeAt(record, chunkBytes, at, Table.RUNS);
      }
    }
    return found;
  }

  /**
   * Size of the record at a place of a chunk.
   *
   * @param table that says it is there
   * @throws DamagedDataException if none can be there
   */
  static int sizeAt(MessageRecord record, byte[] chunk, int at, Table table) {
    int left = chunk.length - at;
    boolean isInside = at >= 0 && left >= MessageRecord.FIXED_BYTES;
    int size = isInside ? record.wrap(chunk, at).size() : 0;
    if (size < MessageRecord.FIXED_BYTES || size > left) {
      throw new DamagedDataException(
          "table %s: record of %d bytes at offset %d (expected: inside the chunk of %d bytes)"
              .formatted(table, size, at, chunk.length));
    }
    return size;
  }

  /** The first index after the fragment that a message lies in: up to there records adjoin. */
  int fragmentEnd(int index) {
    int end = 0;
    for (int f = 1; f < fragments.length; f += 2) {
      end += fragments[f];
      if (index < end) {
        return end;
      }
    }
    return count;
  }

  private int encodedBytes() {
    int fixed = 2 * Long.BYTES + 4 * Integer.BYTES + Short.BYTES;
    int doneBytes = doneCount > 0 ? done.length * Long.BYTES : 0;
    return fixed + fragments.length * Integer.BYTES + doneBytes;
  }

  /** Encodes the value in {@link Table#RUNS}. */
  byte[] encode() {
    ValueWriter out =
        ValueWriter.sized(VERSION, encodedBytes())
            .i64(chunk)
            .i64(storedAtMs)
            .i32(count)
            .u16(flags)
            .i32(bytes)
            .i32(fragments.length / 2);
    for (int part : fragments) {
      out.i32(part);
    }
    out.i32(doneCount);
    if (doneCount > 0) {
      for (long word : done) {
        out.i64(word);
      }
    }
    return out.done();
  }

  /** Reads {@link #encode}'s value. */
  static Run decode(long firstSequence, byte[] value) {
    ValueReader in = new ValueReader(Table.RUNS, value, VERSION);
    long chunk = in.i64();
    long storedAtMs = in.i64();
    int count = in.i32();
    int flags = in.u16();
    int bytes = in.i32();
    int[] fragments = new int[in.count(2 * Integer.BYTES) * 2];
    Arrays.setAll(fragments, i -> in.i32());
    requireParts(in, fragments, count, bytes);
    Run run = new Run(firstSequence, chunk, storedAtMs, count, flags, bytes, fragments);
    run.doneCount = in.i32();
    if (run.doneCount > 0) {
      Arrays.setAll(run.done, i -> in.i64());
    }
    long done = Arrays.stream(run.done).map(Long::bitCount).sum();
    if (run.doneCount != done) {
      throw in.damaged("done: " + run.doneCount + " messages (expected: " + done + ")");
    }
    return run;
  }

  /** Before anything is as large as a damaged value says. */
  private static void requireParts(ValueReader in, int[] fragments, int count, int bytes) {
    long sum = 0;
    for (int f = 0; f < fragments.length; f += 2) {
      if (fragments[f] < 0 || fragments[f + 1] < 1) {
        throw in.damaged(
            "fragment: %d messages at offset %d (expected: 1 or more at 0 or more)"
                .formatted(fragments[f + 1], fragments[f]));
      }
      sum += fragments[f + 1];
    }
    if (count < 1 || sum != count || bytes / MessageRecord.FIXED_BYTES < count) {
      throw in.damaged(
          "run: %d messages in %d bytes (expected: the %d of its fragments, each of more than %d)"
              .formatted(count, bytes, sum, MessageRecord.FIXED_BYTES));
    }
  }

  /** Puts a run together while its group is built. */
  static final class Builder {
    private final long firstSequence;
    private int[] fragments = new int[2];
    private int parts;
    private int end = -1;
    private int count;
    private int flags;
    private int bytes;

    Builder(long firstSequence) {
      this.firstSequence = firstSequence;
    }

    long firstSequence() {
      return firstSequence;
    }

    int count() {
      return count;
    }

    int bytes() {
      return bytes;
    }

    void add(int offset, int size, int messageFlags) {
      if (offset != end) {
        if (parts == fragments.length) {
          fragments = Arrays.copyOf(fragments, parts * 2);
        }
        fragments[parts] = offset;
        fragments[parts + 1] = 0;
        parts += 2;
      }
      fragments[parts - 1]++;
      end = offset + size;
      count++;
      flags |= messageFlags;
      bytes += size;
    }

    Run build(long chunk, long storedAtMs) {
      return new Run(
          firstSequence, chunk, storedAtMs, count, flags, bytes, Arrays.copyOf(fragments, parts));
    }
  }
}
