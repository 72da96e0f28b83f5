package io.parley.engine.operation;

import io.parley.engine.destination.CatchUps;
import io.parley.engine.destination.DestinationSettings;
import io.parley.engine.destination.Retention;
import io.parley.engine.destination.SettingsChange;
import io.parley.engine.destination.Topic;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.Settlement;
import io.parley.protocol.model.TypePattern;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request for a change of a namespace's state. Whether it is accepted is decided when it is
 * applied, from the state and the group's time alone.
 */
public sealed interface Operation {
  /** Calls the handler's method for this operation. */
  Result applyTo(OperationHandler handler);

  /** About how much the operation adds to its group, in bytes. */
  default int sizeBytes() {
    return 64;
  }

  /**
   * Whether the operation scans tables, and therefore needs everything before it committed: the
   * sequencer gives it a group of its own.
   */
  default boolean scans() {
    return false;
  }

  /**
   * Whether nobody goes on only when this is confirmed: its sync may wait a moment for another's.
   */
  default boolean mayWait() {
    return false;
  }

  /**
   * Whether it only says who is there and may be said again: while the store is unavailable it
   * waits for it, instead of failing.
   */
  default boolean outlastsTrouble() {
    return false;
  }

  /**
   * Stores commands or events. Result: {@link Result.Sent}.
   *
   * @param session the producer session, or null for a sender that never repeats
   * @param firstSequence the session's number of the batch's first message; ignored without session
   * @param invalid messages of the batch that were found unfit before, by ascending index: they are
   *     not stored, but their refusal is remembered like any other
   */
  record Send(
      @Nullable MessageId session,
      long firstSequence,
      MessageBatch batch,
      List<Result.Refusal> invalid)
      implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.send(this);
    }

    @Override
    public int sizeBytes() {
      return batch.length();
    }
  }

  /**
   * Settles leased messages of one destination. Result: {@link Result.Settled}.
   *
   * @param destination its number
   */
  record Settle(int destination, List<Settlement> settlements) implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.settle(this);
    }

    @Override
    public int sizeBytes() {
      int size = 0;
      for (int i = 0; i < settlements.size(); i++) {
        Settlement settlement = settlements.get(i);
        size += 64;
        if (settlement instanceof Settlement.CompleteWith with) {
          size +=
              with.emitted().length() + (with.result() == null ? 0 : with.result().bytes().length);
        }
      }
      return size;
    }

    @Override
    public boolean mayWait() {
      for (int i = 0; i < settlements.size(); i++) {
        if (!(settlements.get(i) instanceof Settlement.Complete)) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * Leases ended while their messages were being handled: each counts an attempt and returns.
   * Result: {@link Result.Count}.
   *
   * @param epoch the lease epoch the messages were delivered with
   * @param reason becomes the error class of the attempts
   */
  record LoseAttempts(int destination, long epoch, List<Long> sequences, String reason)
      implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.loseAttempts(this);
    }
  }

  /**
   * Messages of a destination are about to be handed out a second time: settles under an epoch from
   * before that count no more after a restart. Result: {@link Result#DONE}.
   *
   * @param epoch the lowest that may still count
   */
  record Fence(int destination, long epoch) implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.fence(this);
    }
  }

  /**
   * Makes a service's queue, or adds types to it. Result: {@link Result.DestinationIs}.
   *
   * @param types to own; commands of them that waited for an owner move into the queue
   */
  record ClaimTypes(String service, String queue, List<String> types) implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.claimTypes(this);
    }

    @Override
    public boolean outlastsTrouble() {
      return true;
    }
  }

  /** Moves some of the commands that waited for an owner. Result: {@link Result.Count}. */
  record Adopt(int unowned) implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.adopt(this);
    }

    @Override
    public boolean scans() {
      return true;
    }
  }

  /**
   * Makes or changes a service's subscription. Result: {@link Result.DestinationIs}.
   *
   * @param patterns empty to use it as it is
   * @param fromMs since when a new one gets what is retained: milliseconds since the epoch, {@link
   *     CatchUps#FROM_EARLIEST} or {@link CatchUps#FROM_NOW}; one that exists goes on where it is
   */
  record Subscribe(String service, String subscription, List<TypePattern> patterns, long fromMs)
      implements Operation {
    /** A subscription to what is published from now on. */
    public Subscribe(String service, String subscription, List<TypePattern> patterns) {
      this(service, subscription, patterns, CatchUps.FROM_NOW);
    }

    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.subscribe(this);
    }

    @Override
    public boolean outlastsTrouble() {
      return true;
    }
  }

  /**
   * What waits in an inbox ends, but dead letters, and it gets what is retained since a time.
   * Result: {@link Result.Done}.
   *
   * @param fromMs as of {@link Subscribe}
   */
  record Reset(int inbox, long fromMs) implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.reset(this);
    }

    @Override
    public boolean scans() {
      return true;
    }
  }

  /**
   * An inbox gets no more events, and is gone once nothing is left in it: a bounded number of
   * messages ends with it, more have to be purged before this is said again. Result: {@link
   * Result.Count} of those that are left; 0 if it is gone.
   */
  record DeleteSubscription(int inbox) implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.deleteSubscription(this);
    }

    @Override
    public boolean scans() {
      return true;
    }
  }

  /** Brings some retained events into an inbox that is behind. Result: {@link Result.Done}. */
  record CatchUp(int inbox) implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.catchUp(this);
    }

    @Override
    public boolean scans() {
      return true;
    }
  }

  /**
   * Sets how long the topic of an event type keeps its events. Result: {@link Result.Done}.
   *
   * @param timeMs as of {@link Retention}, or {@link Topic#NOT_SET} for the broker's
   * @param bytes likewise
   */
  record SetRetention(String type, long timeMs, long bytes) implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.setRetention(this);
    }
  }

  /** Lets retained events go whose time is over. Result: {@link Result.Done}. */
  record TrimEvents() implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.trimEvents(this);
    }

    @Override
    public boolean scans() {
      return true;
    }
  }

  /** Fixes types' kind as query. Result: {@link Result.Done}. */
  record OfferAnswers(String service, List<String> types) implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.offerAnswers(this);
    }

    @Override
    public boolean outlastsTrouble() {
      return true;
    }
  }

  /**
   * Declares a type. Result: {@link Result.Done}.
   *
   * @param owner for a command type, the service whose queue owns it; null otherwise
   */
  record DeclareType(String type, MessageKind kind, @Nullable String owner) implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.declareType(this);
    }
  }

  /**
   * Moves a command type to another queue, with its waiting commands. Result: {@link Result.Count}
   * of those that moved at once; many more follow in steps, in order.
   *
   * @param service whose the queue is, or is to be
   */
  record TransferType(String type, String service, String queue) implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.transferType(this);
    }

    @Override
    public boolean scans() {
      return true;
    }
  }

  /** Moves some more commands of a type that was transferred. Result: {@link Result.Count}. */
  record MoveOn(String type) implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.moveOn(this);
    }

    @Override
    public boolean scans() {
      return true;
    }
  }

  /**
   * Sets how many bytes of messages the namespace holds at most. Result: {@link Result.Done}.
   *
   * @param bytes 1 MiB to 1 PiB; 0 for the broker's
   */
  record LimitNamespace(long bytes) implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.limitNamespace(this);
    }
  }

  /** Sets whether types must be declared before use. Result: {@link Result.Done}. */
  record SetTypePolicy(boolean declaredOnly) implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.setTypePolicy(this);
    }
  }

  /**
   * Which dead letters are meant, and how many of them at once.
   *
   * @param message only this message's; null for all
   * @param errorClass only those with this class; null for all
   * @param type only those of this type; null for all
   * @param from the sequence to begin with: 0, or what the last step said
   * @param max most of them, 1 to {@link #DEAD_LETTERS_AT_ONCE}
   */
  record DeadLetters(
      @Nullable MessageId message,
      @Nullable String errorClass,
      @Nullable String type,
      long from,
      int max) {
    /** All of them. */
    public static final DeadLetters ALL =
        new DeadLetters(null, null, null, 0, DEAD_LETTERS_AT_ONCE);

    /** That of one message, or all of them. */
    public static DeadLetters of(@Nullable MessageId message) {
      return message == null ? ALL : new DeadLetters(message, null, null, 0, 1);
    }
  }

  /**
   * Puts dead letters back into their destination, with no attempts counted. Result: {@link
   * Result.Step}; repeat from where it says.
   */
  record Redrive(int destination, DeadLetters which) implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.redrive(this);
    }

    @Override
    public boolean scans() {
      return true;
    }
  }

  /** Drops dead letters for good; result and repetition as for {@link Redrive}. */
  record DropDeadLetters(int destination, DeadLetters which) implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.dropDeadLetters(this);
    }

    @Override
    public boolean scans() {
      return true;
    }
  }

  /**
   * Changes what is set for a queue or inbox. Result: {@link Result.Done}; refused if its shortest
   * back-off were longer than its longest then.
   */
  record Configure(int destination, SettingsChange change) implements Operation {
    /** Sets exactly these. */
    public Configure(int destination, DestinationSettings settings) {
      this(destination, SettingsChange.to(settings));
    }

    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.configure(this);
    }
  }

  /**
   * Ends messages that nobody has, a bounded number in each step. Result: {@link Result.Step};
   * repeat from where it says.
   *
   * @param what which
   * @param from where to begin: 0, or what the last step said
   * @param storedBeforeMs only those stored before, milliseconds since the epoch
   * @param type only those of this type; null for all
   * @param dryRun whether they are only counted
   */
  record Purge(
      int destination,
      Purged what,
      long from,
      long storedBeforeMs,
      @Nullable String type,
      boolean dryRun)
      implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.purge(this);
    }

    @Override
    public boolean scans() {
      return true;
    }
  }

  /** Which messages a {@link Purge} is about. */
  enum Purged {
    /** Those that wait in their order. */
    IN_ORDER,
    /** Those that came back or whose time has come. */
    RETURNED,
    /** Those that wait for their time. */
    DELAYED,
    /** Dead letters. */
    DEAD
  }

  /** Ends waiting messages whose time is over. Result: {@link Result.Done}. */
  record Expire() implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.expire(this);
    }

    @Override
    public boolean scans() {
      return true;
    }
  }

  /**
   * Ends a command that waits. Result: {@link Result.Done}; {@link Result.Refused} with {@code
   * NOT_CANCELLABLE} if it is not there, or in somebody's hands.
   *
   * @param destination where it was found
   * @param sequence its number there
   * @param run first sequence of its run; 0 if it has an entry of its own
   */
  record Cancel(MessageId command, int destination, long sequence, long run) implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.cancel(this);
    }

    @Override
    public boolean scans() {
      return true;
    }
  }

  /**
   * Forgets outcomes, dedup ids and producer sessions whose time is over. Result: {@link
   * Result.Count}.
   */
  record Forget() implements Operation {
    @Override
    public Result applyTo(OperationHandler handler) {
      return handler.forget(this);
    }

    @Override
    public boolean scans() {
      return true;
    }
  }

  /** Most dead letters that one operation moves or drops. */
  int DEAD_LETTERS_AT_ONCE = 1_000;
}
