package io.parley.engine.group;

import io.parley.engine.store.Table;
import io.parley.engine.store.Transaction;
import java.util.Arrays;

/**
 * What is being committed together: all changes of some operations, in one transaction, at one
 * position and time, with the messages they store in one chunk.
 */
public final class Group {
  private final Chunks chunks;
  private final Transaction transaction;
  private final long position;
  private final long timeMs;
  private byte[] chunk;
  private int chunkSize = Chunks.HEADER_BYTES;
  private long chunkReferences;

  /**
   * Starts a group.
   *
   * @param buffer where the chunk is put together; grows if need be, see {@link #buffer}
   */
  public Group(Chunks chunks, Transaction transaction, long position, long timeMs, byte[] buffer) {
    this.chunks = chunks;
    this.transaction = transaction;
    this.position = position;
    this.timeMs = timeMs;
    this.chunk = buffer;
  }

  /** The group's changes. */
  public Transaction transaction() {
    return transaction;
  }

  /** The group's place in the one order, from 1; also its chunk's key. */
  public long position() {
    return position;
  }

  /** The group's time in milliseconds since the epoch; never before an earlier group's. */
  public long timeMs() {
    return timeMs;
  }

  /** The chunk buffer, for the next group to use. */
  public byte[] buffer() {
    return chunk;
  }

  /**
   * Adds records to the chunk.
   *
   * @return where in the chunk they start
   */
  public int store(byte[] records, int offset, int length) {
    if (chunkSize + length > chunk.length) {
      chunk = Arrays.copyOf(chunk, Math.max(chunkSize + length, chunk.length * 2));
    }
    System.arraycopy(records, offset, chunk, chunkSize, length);
    int at = chunkSize;
    chunkSize += length;
    return at;
  }

  /** The chunk being put together: records lie where {@link #store} said. */
  public byte[] chunk() {
    return chunk;
  }

  /** One more refers to a chunk: this group's or an earlier one's. */
  public void retain(long chunkPosition) {
    if (chunkPosition == position) {
      chunkReferences++;
    } else {
      chunks.retain(transaction, chunkPosition);
    }
  }

  /** One less refers to an earlier group's chunk. */
  public void release(long chunkPosition) {
    chunks.release(transaction, chunkPosition);
  }

  /** Puts the chunk into the transaction, if anything refers to it. */
  public void finish() {
    if (chunkReferences == 0) {
      return;
    }
    Chunks.seal(chunk, chunkSize, timeMs);
    transaction.put(Table.CHUNKS, Keys.of(position), chunk, 0, chunkSize);
    if (chunkReferences > 1) {
      Chunks.putReferences(transaction, position, chunkReferences);
    }
    chunks.keep(position, chunk, chunkSize);
  }
}
