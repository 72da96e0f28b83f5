package io.parley.server.storage;

/**
 * A store's size and health at one moment, for metrics and readiness.
 *
 * @param memtableBytes written lately and still in memory, beside the log
 * @param cacheBytes blocks kept for reading again
 * @param tableFileBytes table files on disk
 * @param blobFileBytes files of chunks on disk
 * @param logFiles write-ahead logs on disk
 * @param logBytes what they take
 * @param pendingCompactionBytes what compaction still has to read and write, an estimate
 * @param backgroundErrors writes in the background that failed since the store was opened
 * @param writesStopped whether the store holds back commits until compaction has caught up
 */
public record StoreStatistics(
    long memtableBytes,
    long cacheBytes,
    long tableFileBytes,
    long blobFileBytes,
    int logFiles,
    long logBytes,
    long pendingCompactionBytes,
    long backgroundErrors,
    boolean writesStopped) {}
