package io.parley.engine.settle;

import io.parley.engine.destination.Destination;
import io.parley.engine.destination.DestinationKind;
import io.parley.engine.destination.Destinations;
import io.parley.engine.destination.SingleMessage;
import io.parley.engine.group.Group;
import io.parley.engine.intake.Intake;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.operation.Result.Refusal;
import io.parley.engine.outcome.OutcomeLedger;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.protocol.model.Payload;
import io.parley.protocol.model.Settlement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Applies verdicts. A settle counts only under the message's latest lease; whatever a completion
 * emits is stored in the same group, or the completion is refused.
 */
public final class Settlements {
  private final Destinations destinations;
  private final Intake intake;
  private final OutcomeLedger outcomes;
  private final RetryPolicy retries;
  private final long boot;

  /**
   * Verdicts on messages of some destinations.
   *
   * @param boot which start of the broker this is: see {@link Destination#refusal}
   */
  public Settlements(
      Destinations destinations,
      Intake intake,
      OutcomeLedger outcomes,
      RetryPolicy retries,
      long boot) {
    this.destinations = destinations;
    this.intake = intake;
    this.outcomes = outcomes;
    this.retries = retries;
    this.boot = boot;
  }

  /** Settles messages of one destination. */
  public Result settle(Group group, Operation.Settle settle) {
    Destination destination = destinations.find(settle.destination());
    if (destination == null) {
      return new Result.Refused(
          ErrorCode.NOT_FOUND, "destination " + settle.destination() + " does not exist");
    }
    destinations.touch(destination);
    List<Refusal> refusals = new ArrayList<>(0);
    List<Settlement> settlements = settle.settlements();
    for (int i = 0; i < settlements.size(); i++) {
      settle(group, destination, settlements.get(i), i, refusals);
    }
    return refusals.isEmpty() ? Result.Settled.ALL : new Result.Settled(refusals);
  }

  private void settle(
      Group group, Destination from, Settlement settlement, int index, List<Refusal> refusals) {
    if (settlement instanceof Settlement.Complete complete) {
      complete(group, from, complete, index, refusals);
    } else if (settlement instanceof Settlement.Release release) {
      release(from, release, index, refusals);
    } else if (settlement instanceof Settlement.Extend extend) {
      extend(group, from, extend, index, refusals);
    } else {
      Refusal refusal = refusal(from, settlement.epoch(), settlement.sequence(), index);
      if (refusal == null) {
        refusal = settleOne(group, from, settlement, index);
      }
      if (refusal != null) {
        refusals.add(refusal);
      }
    }
  }

  /** Applies a verdict on one message that may be settled; returns why not, if not after all. */
  private @Nullable Refusal settleOne(
      Group group, Destination from, Settlement settlement, int index) {
    long sequence = settlement.sequence();
    if (settlement instanceof Settlement.CompleteWith with) {
      Refusal refusal = intake.refusalOf(group, with.emitted());
      if (refusal != null) {
        return new Refusal(
            index,
            sequence,
            refusal.code(),
            "emitted message " + refusal.index() + ": " + refusal.message());
      }
      completeOne(group, from, sequence, with.result());
      intake.emit(group, with.emitted());
    } else if (settlement instanceof Settlement.Reject reject) {
      if (from.definition().kind() == DestinationKind.INBOX) {
        return new Refusal(
            index,
            sequence,
            ErrorCode.NOT_REJECTABLE,
            "reject of an event from inbox '"
                + from.definition().name()
                + "' (expected: complete, fail or release)");
      }
      end(group, from, sequence, OutcomeStatus.REJECTED, reject.code(), reject.reason());
      from.finish(group, sequence);
    } else if (settlement instanceof Settlement.Fail fail) {
      failed(group, from, fail);
    }
    return null;
  }

  // ---------------------------------------------------------------- complete

  private void complete(
      Group group,
      Destination from,
      Settlement.Complete complete,
      int index,
      List<Refusal> refusals) {
    long sequence = complete.sequence();
    long end = sequence + complete.count();
    while (sequence < end) {
      int plain = from.finishPlain(complete.epoch(), sequence, (int) (end - sequence));
      if (plain > 0) {
        sequence += plain;
        continue;
      }
      Refusal refusal = refusal(from, complete.epoch(), sequence, index);
      if (refusal == null) {
        completeOne(group, from, sequence, null);
      } else {
        refusals.add(refusal);
      }
      sequence++;
    }
  }

  private void completeOne(Group group, Destination from, long sequence, @Nullable Payload result) {
    MessageRecord record = from.record(sequence);
    if (record.has(MessageRecord.FLAG_TRACK_OUTCOME)
        && from.definition().kind() == DestinationKind.QUEUE) {
      Payload kept = result == null ? Payload.EMPTY : result;
      outcomes.record(
          group, record.id(), new Outcome(OutcomeStatus.COMPLETED, "", "", kept, group.timeMs()));
    }
    from.finish(group, sequence);
  }

  // ---------------------------------------------------------------- fail

  private void failed(Group group, Destination from, Settlement.Fail fail) {
    long sequence = fail.sequence();
    int failures = from.attempts(sequence) + 1;
    if (fail.isFinal() || failures >= retries.maxAttempts()) {
      bury(group, from, sequence, fail.errorClass(), fail.message());
    } else {
      long wait =
          fail.retryAfterMs() >= 0 ? fail.retryAfterMs() : retries.backOffMs(failures, sequence);
      from.delay(group, sequence, group.timeMs() + wait, fail.errorClass(), fail.message());
    }
  }

  private void bury(
      Group group, Destination from, long sequence, String errorClass, String message) {
    end(group, from, sequence, OutcomeStatus.DEAD_LETTERED, errorClass, message);
    from.bury(group, sequence, errorClass, message);
  }

  /** Leases ended while messages were being handled. */
  public Result lose(Group group, Operation.LoseAttempts lost) {
    Destination from = destinations.find(lost.destination());
    long counted = 0;
    if (from != null) {
      destinations.touch(from);
      for (long sequence : lost.sequences()) {
        if (from.refusal(lost.epoch(), sequence, boot) != null) {
          continue; // settled at the last moment
        }
        counted++;
        if (from.attempts(sequence) + 1 >= retries.maxAttempts()) {
          bury(group, from, sequence, lost.reason(), "the lease ended before it was settled");
        } else {
          from.delay(
              group,
              sequence,
              group.timeMs(),
              lost.reason(),
              "the lease ended before it was settled");
        }
      }
    }
    return new Result.Count(counted);
  }

  // ---------------------------------------------------------------- release, extend

  private void release(
      Destination from, Settlement.Release release, int index, List<Refusal> refusals) {
    for (int i = 0; i < release.count(); i++) {
      long sequence = release.sequence() + i;
      Refusal refusal = refusal(from, release.epoch(), sequence, index);
      if (refusal == null) {
        from.giveBack(sequence);
      } else {
        refusals.add(refusal);
      }
    }
  }

  private void extend(
      Group group, Destination from, Settlement.Extend extend, int index, List<Refusal> refusals) {
    int before = refusals.size();
    for (int i = 0; i < extend.count(); i++) {
      Refusal refusal = refusal(from, extend.epoch(), extend.sequence() + i, index);
      if (refusal != null) {
        refusals.add(refusal);
      }
    }
    if (refusals.size() == before) {
      from.extend(extend.sequence(), extend.count(), group.timeMs() + extend.leaseMs());
    }
  }

  // ---------------------------------------------------------------- dead letters

  /** Puts dead letters back. */
  public Result redrive(Group group, Operation.Redrive redrive) {
    Destination from = destinations.find(redrive.destination());
    if (from == null) {
      return notFound(redrive.destination());
    }
    destinations.touch(from);
    List<SingleMessage> letters = letters(from, redrive.message());
    for (var letter : letters) {
      outcomes.reopen(group, from.record(letter).id());
      from.redrive(group, letter);
    }
    return new Result.Count(letters.size());
  }

  /** Drops dead letters. */
  public Result drop(Group group, Operation.DropDeadLetters drop) {
    Destination from = destinations.find(drop.destination());
    if (from == null) {
      return notFound(drop.destination());
    }
    destinations.touch(from);
    var letters = letters(from, drop.message());
    letters.forEach(letter -> from.drop(group, letter));
    return new Result.Count(letters.size());
  }

  private static List<SingleMessage> letters(Destination from, @Nullable MessageId wanted) {
    List<SingleMessage> letters = new ArrayList<>();
    from.deadLetters(
        0,
        letter -> {
          if (wanted == null || from.record(letter).id().equals(wanted)) {
            letters.add(letter);
          }
          return letters.size() < (wanted == null ? Operation.DEAD_LETTERS_AT_ONCE : 1);
        });
    return letters;
  }

  private static Result notFound(int destination) {
    return new Result.Refused(
        ErrorCode.NOT_FOUND, "destination " + destination + " does not exist");
  }

  // ---------------------------------------------------------------- common

  private void end(
      Group group,
      Destination from,
      long sequence,
      OutcomeStatus status,
      String code,
      String reason) {
    if (from.definition().kind() == DestinationKind.QUEUE) {
      outcomes.record(
          group,
          from.record(sequence).id(),
          new Outcome(status, code, reason, Payload.EMPTY, group.timeMs()));
    }
  }

  private @Nullable Refusal refusal(Destination from, long epoch, long sequence, int index) {
    ErrorCode code = from.refusal(epoch, sequence, boot);
    if (code == null) {
      return null;
    }
    String what =
        switch (code) {
          case LEASE_LOST ->
              "the lease with epoch " + epoch + " ended, and the message may be another consumer's";
          case ALREADY_SETTLED -> "it was settled before";
          default -> "there is no such message";
        };
    return new Refusal(
        index,
        sequence,
        code,
        "message " + sequence + " of '" + from.definition().name() + "': " + what);
  }
}
