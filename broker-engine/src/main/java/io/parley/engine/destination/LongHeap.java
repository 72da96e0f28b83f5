package io.parley.engine.destination;

import java.util.Arrays;

/** The smallest of some numbers first, without boxes: a binary heap. */
final class LongHeap {
  private static final long[] EMPTY = {};
  private static final int KEPT_MAX = 1_024;

  private long[] heap = EMPTY;
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  void clear() {
    heap = EMPTY;
    size = 0;
  }

  void add(long value) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, Math.max(4, size * 2));
    }
    int at = size++;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (heap[parent] <= value) {
        break;
      }
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = value;
  }

  long poll() {
    long first = heap[0];
    long moved = heap[--size];
    int at = 0;
    while (true) {
      int child = 2 * at + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && heap[child + 1] < heap[child]) {
        child++;
      }
      if (moved <= heap[child]) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = moved;
    if (size == 0 && heap.length > KEPT_MAX) {
      heap = EMPTY;
    }
    return first;
  }
}
