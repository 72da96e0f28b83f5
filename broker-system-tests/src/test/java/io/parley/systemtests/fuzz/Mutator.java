package io.parley.systemtests.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Changes sound bytes a little, in the ways that decoders stumble over. */
final class Mutator {
  private static final long[] NUMBERS = {
    0,
    1,
    2,
    16,
    127,
    128,
    255,
    256,
    4095,
    4096,
    32767,
    32768,
    65535,
    65536,
    1 << 24,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    0xFFFF_FFFFL,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -1
  };

  private final Random random;

  Mutator(Random random) {
    this.random = random;
  }

  /** A changed copy of one of several inputs. */
  byte[] next(List<byte[]> seeds) {
    byte[] input = seeds.get(random.nextInt(seeds.size()));
    return change(input, 0, seeds.get(random.nextInt(seeds.size())));
  }

  /**
   * A changed copy.
   *
   * @param from where changes may begin
   * @param other to take parts from
   */
  byte[] change(byte[] input, int from, byte[] other) {
    byte[] changed = input;
    for (int left = 1 + random.nextInt(4); left > 0; left--) {
      changed = changeOnce(changed, Math.min(from, changed.length), other);
    }
    return changed == input ? input.clone() : changed;
  }

  /** A copy of the same length with one byte or number changed from a place on. */
  byte[] touch(byte[] input, int from) {
    byte[] copy = input.clone();
    if (from < copy.length) {
      int at = from + random.nextInt(copy.length - from);
      switch (random.nextInt(3)) {
        case 0 -> copy[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> copy[at] = (byte) random.nextInt();
        default -> putNumber(copy, at);
      }
    }
    return copy;
  }

  private byte[] changeOnce(byte[] input, int from, byte[] other) {
    int length = input.length - from;
    if (length == 0) {
      return splice(input, input.length, input.length, other);
    }
    int at = from + random.nextInt(length);
    byte[] copy = input.clone();
    switch (random.nextInt(8)) {
      case 0 -> copy[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> copy[at] = (byte) random.nextInt();
      case 2 -> putNumber(copy, at);
      case 3 -> {
        return Arrays.copyOf(input, at);
      }
      case 4 -> {
        int end = Math.min(input.length, at + 1 + random.nextInt(16));
        return splice(input, at, end, new byte[0]);
      }
      case 5 -> {
        int end = Math.min(input.length, at + 1 + random.nextInt(64));
        return splice(input, at, at, Arrays.copyOfRange(input, at, end));
      }
      case 6 -> {
        int start = random.nextInt(other.length + 1);
        int end = start + random.nextInt(other.length - start + 1);
        int cut = at + random.nextInt(input.length - at + 1);
        return splice(input, at, cut, Arrays.copyOfRange(other, start, end));
      }
      default -> {
        for (int i = at, end = Math.min(input.length, at + 4); i < end; i++) {
          copy[i] = (byte) random.nextInt();
        }
      }
    }
    return copy;
  }

  private void putNumber(byte[] copy, int at) {
    long number = NUMBERS[random.nextInt(NUMBERS.length)];
    int width = Math.min(1 << random.nextInt(4), copy.length - at);
    for (int i = 0; i < width; i++) {
      copy[at + i] = (byte) (number >>> 8 * (width - 1 - i));
    }
  }

  private static byte[] splice(byte[] input, int from, int to, byte[] between) {
    byte[] result = new byte[input.length - (to - from) + between.length];
    System.arraycopy(input, 0, result, 0, from);
    System.arraycopy(between, 0, result, from, between.length);
    System.arraycopy(input, to, result, from + between.length, input.length - to);
    return result;
  }
}
