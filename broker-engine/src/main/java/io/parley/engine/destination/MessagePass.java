package io.parley.engine.destination;

import java.util.List;
import java.util.function.Predicate;

/**
 * A bounded part of a walk over the messages of one destination that nobody has, to end them. Reads
 * committed entries: needs a group of its own.
 */
public final class MessagePass {
  private final Destination destination;
  private final Messages messages;
  private final long from;
  private final int atOnce;

  MessagePass(Destination destination, Messages messages, long from, int atOnce) {
    this.destination = destination;
    this.messages = messages;
    this.from = from;
    this.atOnce = atOnce;
  }

  /** What is to be done with each; it may remove the message. */
  @FunctionalInterface
  public interface Action {
    /** One message. */
    void apply(WaitingMessage message);
  }

  /**
   * Messages of runs, from the oldest.
   *
   * @return where the next part begins; {@link Long#MAX_VALUE} if there is none
   */
  public long inOrder(Action action) {
    List<Run> runs = messages.runsFrom(from, atOnce);
    long looked = 0;
    for (Run run : runs) {
      looked += run.count;
      for (int i = 0; i < run.count; i++) {
        if (!run.isDone(i)) {
          apply(action, new WaitingMessage(destination, run.firstSequence + i, run, null));
        }
      }
    }
    return looked < atOnce ? Long.MAX_VALUE : runs.get(runs.size() - 1).endSequence();
  }

  /**
   * Messages with an entry of their own that fit.
   *
   * @return as {@link #inOrder}
   */
  public long singles(Predicate<SingleMessage> which, Action action) {
    List<SingleMessage> singles = messages.delayedFrom(from, atOnce, 0);
    for (SingleMessage single : singles) {
      if (which.test(single)) {
        apply(action, new WaitingMessage(destination, single.sequence, null, single));
      }
    }
    return next(singles);
  }

  /**
   * Dead letters.
   *
   * @return as {@link #inOrder}
   */
  public long deadLetters(Action action) {
    List<SingleMessage> letters = messages.lettersFrom(from, atOnce);
    for (SingleMessage letter : letters) {
      action.apply(WaitingMessage.deadLetter(destination, letter));
    }
    return next(letters);
  }

  private long next(List<SingleMessage> looked) {
    return looked.size() < atOnce ? Long.MAX_VALUE : looked.get(looked.size() - 1).sequence + 1;
  }

  private static void apply(Action action, WaitingMessage message) {
    if (!message.isLeased()) {
      action.apply(message);
    }
  }
}
