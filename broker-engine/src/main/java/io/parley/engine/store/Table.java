package io.parley.engine.store;

/**
 * The tables on disk. A number is never reused; {@code docs/storage-format.md} has each table's
 * keys and values. Keys sort by unsigned bytes.
 */
public enum Table {
  /** What belongs to the namespace as a whole: applied position, applied time, boot, settings. */
  META(1),
  /** Chunk → messages of one kind stored by one group. Large values, written once. */
  CHUNKS(2),
  /** Chunk → how many refer to it, where more than one does. */
  CHUNK_REFS(3),
  /** Destination id → what it is. */
  DESTINATIONS(4),
  /** Destination id → next sequence and counts. */
  DESTINATION_STATE(5),
  /** (destination, first sequence) → run of messages. */
  RUNS(6),
  /** (destination, sequence) → a message that waits for its time. */
  DELAYED(7),
  /** (destination, due time, sequence) → nothing. */
  DUE(8),
  /**
   * (destination, hash of ordering key, sequence) → nothing: delayed messages that block their key.
   */
  BLOCKED_KEYS(9),
  /** (destination, sequence) → a message set aside. */
  DEAD_LETTERS(10),
  /** Type name → kind and owner. */
  TYPES(11),
  /** Producer session → last sequence. */
  PRODUCERS(12),
  /** Command id → outcome. */
  OUTCOMES(13),
  /** (time, what, id) → nothing: what is to be forgotten when. */
  EXPIRIES(14),
  /** Message id → nothing: ids already stored, inside the dedup window. */
  DEDUP(15),
  /** (time, destination, sequence) → first sequence of its run: when messages that wait expire. */
  EXPIRING(16),
  /** Destination id → the lease epoch below which no settle counts after a restart. */
  FENCES(17),
  /** (type, position) → run of events that the topic retains. */
  EVENT_LOG(18),
  /** Type → what its topic retains, and for how long. */
  TOPICS(19),
  /** Destination id → where an inbox is that gets its events from the log for now. */
  BEHIND(20),
  /** Destination id → when it was last consumed. */
  LAST_SEEN(21);

  private final int number;

  Table(int number) {
    this.number = number;
  }

  /** The number on disk, 1 to 255. */
  public int number() {
    return number;
  }
}
