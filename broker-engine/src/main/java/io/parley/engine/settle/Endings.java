package io.parley.engine.settle;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.engine.catalog.Catalog;
import io.parley.engine.destination.Destination;
import io.parley.engine.destination.DestinationKind;
import io.parley.engine.destination.Destinations;
import io.parley.engine.destination.MessagePass;
import io.parley.engine.destination.WaitingMessage;
import io.parley.engine.group.Group;
import io.parley.engine.intake.Intake;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.outcome.OutcomeLedger;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.protocol.model.Payload;
import java.util.function.LongUnaryOperator;

/** Ends messages that nobody has: those whose time is over, and commands that are cancelled. */
public final class Endings {
  /** Messages that expire in one group. */
  static final int AT_ONCE = 1_000;

  /** Messages that a purge looks at in one group; a run is looked at as a whole. */
  static final int PURGED_AT_ONCE = 10_000;

  /** Messages that end together with their inbox. */
  static final int REMOVED_AT_ONCE = 10_000;

  private final Destinations destinations;
  private final OutcomeLedger outcomes;
  private final CommandEnds ends;
  private volatile long expired;

  /** Ends messages of some destinations. */
  public Endings(
      Destinations destinations, Catalog catalog, Intake intake, OutcomeLedger outcomes) {
    this.destinations = destinations;
    this.outcomes = outcomes;
    this.ends = new CommandEnds(catalog, intake, outcomes);
  }

  /** Messages that expired since this was made. Any thread. */
  public long expired() {
    return expired;
  }

  /**
   * Ends messages whose time is over; a command's outcome is EXPIRED.
   *
   * @return whether there may be more
   */
  public boolean expire(Group group) {
    return destinations.expired(
        group,
        AT_ONCE,
        (from, message) -> {
          end(group, from, message, OutcomeStatus.EXPIRED);
          count();
        });
  }

  @SuppressWarnings("NonAtomicOperationOnVolatileField") // written by the owner alone
  private void count() {
    expired++;
  }

  /** Ends a command that waits; its outcome is CANCELLED. */
  public Result cancel(Group group, Operation.Cancel cancel) {
    MessageId id = cancel.command();
    Outcome outcome = outcomes.find(id);
    if (outcome.status() != OutcomeStatus.PENDING) {
      return notCancellable(id, "is " + outcome.status());
    }
    Destination from = destinations.find(cancel.destination());
    WaitingMessage message =
        from == null || from.definition().kind() == DestinationKind.INBOX
            ? null
            : from.waiting(group, cancel.sequence(), cancel.run());
    if (from == null || message == null || !message.record().id().equals(id)) {
      return notCancellable(id, "doesn't wait any more");
    }
    if (message.isLeased()) {
      return notCancellable(id, "is in a consumer's hands");
    }
    destinations.touch(from);
    end(group, from, message, OutcomeStatus.CANCELLED);
    return Result.DONE;
  }

  /** Ends some messages that nobody has; waiting commands end as CANCELLED. */
  public Result purge(Group group, Operation.Purge purge) {
    Destination from = destinations.find(purge.destination());
    if (from == null) {
      return new Result.Refused(
          ErrorCode.NOT_FOUND, "destination " + purge.destination() + " does not exist");
    }
    destinations.touch(from);
    byte[] type = purge.type() == null ? null : purge.type().getBytes(UTF_8);
    long[] purged = {0};
    MessagePass.Action action =
        message -> {
          boolean meant =
              message.storedAtMs() < purge.storedBeforeMs()
                  && (type == null || message.record().hasTypeOf(type));
          if (meant) {
            purged[0]++;
          }
          if (meant && !purge.dryRun()) {
            end(group, from, message, OutcomeStatus.CANCELLED);
          }
        };
    MessagePass pass = from.pass(purge.from(), PURGED_AT_ONCE);
    long next =
        switch (purge.what()) {
          case IN_ORDER -> pass.inOrder(action);
          case RETURNED -> pass.singles(single -> single.dueMs() <= group.timeMs(), action);
          case DELAYED -> pass.singles(single -> single.dueMs() > group.timeMs(), action);
          case DEAD -> pass.deadLetters(action);
        };
    return new Result.Step(purged[0], next);
  }

  /**
   * An inbox that gets nothing more and has no consumers is gone, with what is left in it; unless
   * that is more than ends in one group. Needs a group of its own.
   *
   * @return how many messages are left; 0 if it is gone
   */
  public long remove(Group group, Destination inbox) {
    if (inbox.count() <= REMOVED_AT_ONCE) {
      destinations.touch(inbox);
      MessagePass.Action end = message -> message.remove(group);
      each(from -> inbox.pass(from, PURGED_AT_ONCE).inOrder(end));
      each(from -> inbox.pass(from, PURGED_AT_ONCE).singles(single -> true, end));
      each(from -> inbox.pass(from, PURGED_AT_ONCE).deadLetters(end));
      destinations.remove(group, inbox);
    }
    return inbox.count();
  }

  /** All parts of a pass. */
  private static void each(LongUnaryOperator part) {
    for (long from = 0; from != Long.MAX_VALUE; ) {
      from = part.applyAsLong(from);
    }
  }

  private static Result notCancellable(MessageId id, String why) {
    return new Result.Refused(
        ErrorCode.NOT_CANCELLABLE, "command " + id + " " + why + " (expected: it waits)");
  }

  private void end(Group group, Destination from, WaitingMessage message, OutcomeStatus status) {
    if (from.definition().kind() != DestinationKind.INBOX && !message.isDeadLetter()) {
      ends.tell(
          group, message.record(), new Outcome(status, "", "", Payload.EMPTY, group.timeMs()));
    }
    message.remove(group);
  }
}
