package io.parley.client;

import io.parley.protocol.model.MessageId;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes message ids: UUIDs of version 7 (RFC 9562), so they sort by time, and later ones of one
 * source are always greater.
 *
 * <pre>
 *   48 bits  milliseconds since the epoch    } one 60-bit number that only grows; a source that
 *   12 bits  count within the millisecond    } makes more than 4,096 in one runs ahead of the clock
 *   62 bits  SipHash-2-4 of that number under a random key: cheap, and not to be guessed
 * </pre>
 *
 * <p>Safe for use by any thread, without locks.
 */
final class MessageIdSource {
  private static final long VERSION_7 = 0x7000L;
  private static final long VARIANT = 0x8000_0000_0000_0000L;

  private final InstantSource clock;
  private final long key0;
  private final long key1;
  private final AtomicLong last = new AtomicLong();

  MessageIdSource(InstantSource clock, SecureRandom random) {
    this.clock = clock;
    this.key0 = random.nextLong();
    this.key1 = random.nextLong();
  }

  /** An id greater than all before it. */
  MessageId next() {
    long now = clock.millis() << 12;
    long tick = last.accumulateAndGet(now, (before, time) -> Math.max(before + 1, time));
    long high = ((tick >>> 12) << 16) | VERSION_7 | (tick & 0xFFF);
    return new MessageId(high, (sipHash(tick) >>> 2) | VARIANT);
  }

  /** SipHash-2-4 of one 8-byte block. */
  private long sipHash(long block) {
    SipState state = new SipState(key0, key1);
    state.v3 ^= block;
    state.rounds(2);
    state.v0 ^= block;
    long length = 8L << 56;
    state.v3 ^= length;
    state.rounds(2);
    state.v0 ^= length;
    state.v2 ^= 0xFF;
    state.rounds(4);
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
  }

  private static final class SipState {
    long v0;
    long v1;
    long v2;
    long v3;

    SipState(long key0, long key1) {
      v0 = key0 ^ 0x736f6d6570736575L;
      v1 = key1 ^ 0x646f72616e646f6dL;
      v2 = key0 ^ 0x6c7967656e657261L;
      v3 = key1 ^ 0x7465646279746573L;
    }

    void rounds(int count) {
      for (int i = 0; i < count; i++) {
        v0 += v1;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v3;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v2 = Long.rotateLeft(v2, 32);
      }
    }
  }
}
