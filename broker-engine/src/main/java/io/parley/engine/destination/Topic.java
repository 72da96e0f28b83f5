package io.parley.engine.destination;

import io.parley.engine.group.ValueReader;
import io.parley.engine.group.ValueWriter;
import io.parley.engine.store.Table;
import org.jspecify.annotations.Nullable;

/** The stream of one event type: what is retained of it, and for how long. */
public final class Topic {
  /** Of a retention's part: the broker's holds. */
  public static final long NOT_SET = -1;

  private static final int VERSION = 1;

  private final String name;
  private final Retention standard;
  private Retention retention;
  private long ownTimeMs = NOT_SET;
  private long ownBytes = NOT_SET;
  private long events;
  private long bytes;

  /** No row is before it; may be far before the first. Memory alone. */
  long firstPosition;

  /** When something of it may have to go, milliseconds since the epoch; far off if never. */
  long trimAtMs = Long.MAX_VALUE;

  /** What the group being built adds; null if nothing. */
  Run.@Nullable Builder open;

  Topic(String name, Retention standard) {
    this.name = name;
    this.standard = standard;
    this.retention = standard;
  }

  /** The event type's name. */
  public String name() {
    return name;
  }

  /** Whether new events are retained. */
  public boolean retains() {
    return !retention.isNone();
  }

  /** How long events are kept. */
  public Retention retention() {
    return retention;
  }

  /** The time that is set for it alone, milliseconds; or {@link #NOT_SET}. */
  public long ownTimeMs() {
    return ownTimeMs;
  }

  /** The bytes that are set for it alone; or {@link #NOT_SET}. */
  public long ownBytes() {
    return ownBytes;
  }

  /** Events retained. */
  public long events() {
    return events;
  }

  /** Bytes of the events retained. */
  public long bytes() {
    return bytes;
  }

  void retain(long timeMs, long newBytes) {
    ownTimeMs = timeMs;
    ownBytes = newBytes;
    retention =
        new Retention(
            timeMs == NOT_SET ? standard.timeMs() : timeMs,
            newBytes == NOT_SET ? standard.bytes() : newBytes);
  }

  void added(Run run) {
    events += run.count;
    bytes += run.bytes;
  }

  void removed(Run run) {
    events -= run.count;
    bytes -= run.bytes;
  }

  /** Whether there is nothing to write down of it. */
  boolean isPlain() {
    return events == 0 && ownTimeMs == NOT_SET && ownBytes == NOT_SET;
  }

  /** The value in {@link Table#TOPICS}. */
  byte[] encode() {
    return ValueWriter.sized(VERSION, 4 * Long.BYTES)
        .i64(ownTimeMs)
        .i64(ownBytes)
        .i64(events)
        .i64(bytes)
        .done();
  }

  /** Takes over {@link #encode}'s value. */
  void load(byte[] value) {
    ValueReader in = new ValueReader(Table.TOPICS, value, VERSION);
    try {
      retain(in.i64(), in.i64());
    } catch (IllegalArgumentException e) {
      throw in.damaged(name + ": " + e.getMessage());
    }
    events = in.i64();
    bytes = in.i64();
  }
}
