package io.parley.engine.group;

import io.parley.engine.store.Table;
import io.parley.engine.store.Transaction;
import io.parley.protocol.model.MessageKind;

/**
 * What is being committed together: all changes of some operations, in one transaction, at one
 * position and time, with the messages they store: commands in one chunk, events in another, as
 * these may be kept for much longer.
 */
public final class Group {
  private final Chunks chunks;
  private final Transaction transaction;
  private final long position;
  private final long timeMs;
  private final ChunkBuilder commands;
  private final ChunkBuilder events;

  /**
   * Starts a group.
   *
   * @param commands puts the chunk of commands together
   * @param events likewise, of events
   */
  public Group(
      Chunks chunks,
      Transaction transaction,
      long position,
      long timeMs,
      ChunkBuilder commands,
      ChunkBuilder events) {
    this.chunks = chunks;
    this.transaction = transaction;
    this.position = position;
    this.timeMs = timeMs;
    this.commands = commands;
    this.events = events;
    commands.clear();
    events.clear();
  }

  /** The group's changes. */
  public Transaction transaction() {
    return transaction;
  }

  /** The group's place in the one order, from 1. */
  public long position() {
    return position;
  }

  /** The group's time in milliseconds since the epoch; never before an earlier group's. */
  public long timeMs() {
    return timeMs;
  }

  /** The number of the chunk that messages of a kind lie in. */
  public long chunk(MessageKind kind) {
    return Chunks.number(position, kind);
  }

  /**
   * Adds records to the chunk of a kind.
   *
   * @return where in the chunk they start
   */
  public int store(MessageKind kind, byte[] records, int offset, int length) {
    return (kind == MessageKind.EVENT ? events : commands).add(records, offset, length);
  }

  /** One more refers to a chunk: this group's or an earlier one's. */
  public void retain(long chunk) {
    if (chunk == chunk(MessageKind.COMMAND)) {
      commands.retain();
    } else if (chunk == chunk(MessageKind.EVENT)) {
      events.retain();
    } else {
      chunks.retain(transaction, chunk);
    }
  }

  /** One less refers to an earlier group's chunk. */
  public void release(long chunk) {
    chunks.release(transaction, chunk);
  }

  /** Puts the chunks into the transaction, if anything refers to them. */
  public void finish() {
    finish(commands, chunk(MessageKind.COMMAND));
    finish(events, chunk(MessageKind.EVENT));
  }

  private void finish(ChunkBuilder chunk, long number) {
    if (chunk.references() == 0) {
      return;
    }
    Chunks.seal(chunk.bytes(), chunk.size(), timeMs);
    transaction.insert(Table.CHUNKS, Keys.of(number), chunk.bytes(), 0, chunk.size());
    if (chunk.references() > 1) {
      Chunks.putReferences(transaction, number, chunk.references());
    }
    chunks.keep(number, chunk.bytes(), chunk.size());
  }
}
