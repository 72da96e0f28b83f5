package io.parley.systemtests.disk;

import java.util.Map;
import java.util.TreeMap;

/** A directory: the names a process sees, and those that are on the disk for sure. */
final class DiskDirectory implements Node {
  final Map<String, Node> seen = new TreeMap<>();
  final Map<String, Node> synced = new TreeMap<>();
}
