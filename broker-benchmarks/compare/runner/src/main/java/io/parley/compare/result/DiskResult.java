package io.parley.compare.result;

import io.parley.compare.result.TrafficResult.Times;

/**
 * What the disk alone took, next to a run, for one write and one fdatasync at a time.
 *
 * @param bytes of each write: a message's size
 * @param overwrite into a file that has its blocks already; the least that a sync can take
 * @param append to a file that grows
 */
public record DiskResult(int bytes, Times overwrite, Times append) {}
