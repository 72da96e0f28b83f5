package io.parley.systemtests.disk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** A file: what is on the disk for sure, and what came after it. */
final class DiskFile implements Node {
  private static final int FALLOC_KEEP_SIZE = 1;
  private static final int FALLOC_PUNCH_HOLE = 2;

  private final List<Change> pending = new ArrayList<>();
  private Image synced = new Image();

  void change(Change change) {
    pending.add(change);
  }

  /** All that was changed before is on the disk. */
  void sync(long before) {
    int done = 0;
    while (done < pending.size() && pending.get(done).position() <= before) {
      synced.apply(pending.get(done++), 0, Long.MAX_VALUE);
    }
    pending.subList(0, done).clear();
  }

  /** Where the next byte of one that is appended to goes, and what a read would find. */
  Image current() {
    Image image = synced.copy();
    pending.forEach(change -> image.apply(change, 0, Long.MAX_VALUE));
    return image;
  }

  /** What may be on the disk after a loss of power: what is synced, and of the rest anything. */
  Image afterPowerCut(Random random) {
    if (pending.isEmpty()) {
      return synced;
    }
    Image image = synced.copy();
    int sector = random.nextBoolean() ? 512 : 4096;
    int style = random.nextInt(4);
    if (style == 0) {
      return image; // nothing of it
    }
    if (style == 1) { // up to somewhere, the last write torn
      int kept = random.nextInt(pending.size() + 1);
      for (int i = 0; i < kept; i++) {
        image.apply(pending.get(i), 0, Long.MAX_VALUE);
      }
      if (kept < pending.size()) {
        Change torn = pending.get(kept);
        if (torn.kind() == Change.Kind.WRITTEN && torn.length() > 0) {
          image.apply(torn, 0, (torn.offset() + random.nextLong(torn.length())) / sector * sector);
        }
      }
      return image;
    }
    // In any order. A sector goes to the disk as a whole, with all that was in it by then.
    double keep = style == 2 ? 0.9 : random.nextDouble();
    boolean growsAlone = random.nextBoolean();
    Set<Long> left = new HashSet<>();
    for (Change change : pending) {
      if (change.kind() != Change.Kind.WRITTEN) {
        if (random.nextDouble() < keep) {
          image.apply(change, 0, Long.MAX_VALUE);
        }
        continue;
      }
      long end = change.offset() + change.length();
      if (growsAlone) {
        image.grow(end);
      }
      for (long from = change.offset() / sector * sector; from < end; from += sector) {
        if (random.nextDouble() >= keep) {
          left.add(from);
        } else if (!left.contains(from)) {
          image.apply(change, from, from + sector);
        }
      }
    }
    return image;
  }

  /** Bytes of a file. */
  static final class Image {
    private byte[] bytes = {};
    private int size;

    private Image copy() {
      Image copy = new Image();
      copy.bytes = Arrays.copyOf(bytes, size);
      copy.size = size;
      return copy;
    }

    byte[] bytes() {
      return bytes;
    }

    int size() {
      return size;
    }

    private void grow(long newSize) {
      if (newSize > bytes.length) {
        bytes = Arrays.copyOf(bytes, (int) Math.max(newSize, bytes.length * 3L / 2));
      }
      size = (int) Math.max(size, newSize);
    }

    private void zero(long from, long to) {
      if (from < to) {
        Arrays.fill(bytes, (int) from, (int) to, (byte) 0);
      }
    }

    /** Applies a change; of what is written only the part between two places of the file. */
    private void apply(Change change, long from, long to) {
      switch (change.kind()) {
        case WRITTEN -> {
          long begin = Math.max(from, change.offset());
          long end = Math.min(to, change.offset() + change.length());
          if (begin < end) {
            grow(end);
            System.arraycopy(
                change.bytes().array(),
                (int) (begin - change.offset()),
                bytes,
                (int) begin,
                (int) (end - begin));
          }
        }
        case TRUNCATED -> {
          grow(change.length());
          zero(change.length(), size);
          size = (int) change.length();
        }
        case ALLOCATED -> {
          long end = change.offset() + change.length();
          if ((change.flags() & FALLOC_PUNCH_HOLE) != 0) {
            zero(Math.min(size, change.offset()), Math.min(size, end));
          } else if ((change.flags() & FALLOC_KEEP_SIZE) == 0) {
            grow(end);
          }
        }
        default -> throw new IllegalArgumentException(change.kind() + " of a file");
      }
    }
  }
}
