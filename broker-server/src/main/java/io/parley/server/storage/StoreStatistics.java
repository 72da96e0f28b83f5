package io.parley.server.storage;

import java.util.List;

/**
 * A store's size and health at one moment, for metrics and readiness.
 *
 * @param memtableBytes changes made lately and still in memory, beside the journal
 * @param cacheBytes blocks kept for reading again
 * @param tableFileBytes table files on disk
 * @param segments files of the journal
 * @param journalBytes what is in them, needed or not
 * @param pendingCompactionBytes what compaction still has to read and write, an estimate
 * @param backgroundErrors writes in the background that failed since the store was opened
 * @param writesStopped whether the store holds back commits until compaction has caught up
 */
public record StoreStatistics(
    long memtableBytes,
    long cacheBytes,
    long tableFileBytes,
    int segments,
    long journalBytes,
    long pendingCompactionBytes,
    long backgroundErrors,
    boolean writesStopped) {

  /** Of several stores together. */
  public static StoreStatistics sum(List<StoreStatistics> all) {
    return all.stream()
        .reduce(new StoreStatistics(0, 0, 0, 0, 0, 0, 0, false), StoreStatistics::plus);
  }

  private StoreStatistics plus(StoreStatistics other) {
    return new StoreStatistics(
        memtableBytes + other.memtableBytes,
        cacheBytes + other.cacheBytes,
        tableFileBytes + other.tableFileBytes,
        segments + other.segments,
        journalBytes + other.journalBytes,
        pendingCompactionBytes + other.pendingCompactionBytes,
        backgroundErrors + other.backgroundErrors,
        writesStopped || other.writesStopped);
  }
}
