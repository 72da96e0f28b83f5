package io.parley.compare.rabbitmq;

import io.parley.load.broker.Confirms;
import java.util.BitSet;

/**
 * Turns confirms of one message, and of all up to one, into one confirm for each message. The
 * connection's thread alone.
 *
 * <p>Publish tags count from 1 in the order of sends, and a sender's numbers from 0.
 */
final class PublishTags {
  private final Confirms confirms;

  /** Which messages from {@link #lowest} on are confirmed. */
  private BitSet ended = new BitSet();

  /** The first message that isn't. */
  private long lowest;

  PublishTags(Confirms confirms) {
    this.confirms = confirms;
  }

  void acknowledged(long tag, boolean multiple) {
    end(tag, multiple, true);
  }

  void refused(long tag, boolean multiple) {
    end(tag, multiple, false);
  }

  private void end(long tag, boolean multiple, boolean confirmed) {
    int last = (int) (tag - 1 - lowest);
    for (int i = multiple ? ended.nextClearBit(0) : last; i <= last; i = ended.nextClearBit(i)) {
      ended.set(i);
      if (confirmed) {
        confirms.confirmed(lowest + i);
      } else {
        confirms.failed(lowest + i, "nack");
      }
    }
    int done = ended.nextClearBit(0);
    if (done >= Long.SIZE) {
      lowest += done;
      ended = ended.get(done, ended.length());
    }
  }
}
