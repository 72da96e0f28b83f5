package io.parley.engine.settle;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.engine.catalog.Catalog;
import io.parley.engine.catalog.RefusedException;
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
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.protocol.model.Payload;
import io.parley.protocol.model.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Applies verdicts. A settle counts only under the message's latest lease; whatever a completion
 * emits is stored in the same group, or the completion is refused.
 */
public final class Settlements {
  /** Longest wait a consumer may ask for after a failure. */
  public static final long RETRY_AFTER_MAX_MS = Duration.ofDays(365).toMillis();

  /** Dead letters that one operation looks at. */
  private static final int DEAD_LETTERS_LOOKED_AT = 10_000;

  private static final String LOST = "the lease ended before it was settled";

  private final Destinations destinations;
  private final Intake intake;
  private final OutcomeLedger outcomes;
  private final CommandEnds ends;
  private final RetryPolicy retries;
  private final long boot;

  /** Of the operation being applied; copied for the result. */
  private final List<Refusal> refusals = new ArrayList<>();

  private final List<Destination> outagesBegun = new ArrayList<>(0);

  /**
   * Verdicts on messages of some destinations.
   *
   * @param boot which start of the broker this is: see {@link Destination#refusal}
   */
  public Settlements(
      Destinations destinations,
      Catalog catalog,
      Intake intake,
      OutcomeLedger outcomes,
      RetryPolicy retries,
      long boot) {
    this.destinations = destinations;
    this.intake = intake;
    this.outcomes = outcomes;
    this.ends = new CommandEnds(catalog, intake, outcomes);
    this.retries = retries;
    this.boot = boot;
  }

  /** Started handlings after which a message of a destination is set aside. */
  public int maxAttempts(Destination destination) {
    return retries.with(destination.definition().settings()).maxAttempts();
  }

  /** The destinations in which an outage began in the group just built; empties the list. */
  public List<Destination> takeOutages() {
    if (outagesBegun.isEmpty()) {
      return List.of();
    }
    List<Destination> taken = List.copyOf(outagesBegun);
    outagesBegun.clear();
    return taken;
  }

  /** Settles messages of one destination. */
  public Result settle(Group group, Operation.Settle settle) {
    Destination destination = destinations.find(settle.destination());
    refusals.clear();
    List<Settlement> settlements = settle.settlements();
    if (destination == null) {
      for (int i = 0; i < settlements.size(); i++) {
        refusals.add(gone(settlements.get(i), i));
      }
      return new Result.Settled(List.copyOf(refusals));
    }
    destinations.touch(destination);
    for (int i = 0; i < settlements.size(); i++) {
      settle(group, destination, settlements.get(i), i, refusals);
    }
    return refusals.isEmpty() ? Result.Settled.ALL : new Result.Settled(List.copyOf(refusals));
  }

  /** Its subscription was deleted after the lease had ended. */
  private static Refusal gone(Settlement settlement, int index) {
    return new Refusal(
        index,
        settlement.sequence(),
        ErrorCode.LEASE_LOST,
        "message " + settlement.sequence() + ": its subscription was deleted");
  }

  private void settle(
      Group group, Destination from, Settlement settlement, int index, List<Refusal> refusals) {
    if (settlement instanceof Settlement.Complete complete) {
      complete(group, from, complete, index, refusals);
    } else if (settlement instanceof Settlement.Release release) {
      release(group, from, release, index, refusals);
    } else if (settlement instanceof Settlement.Extend extend) {
      extend(group, from, extend, index, refusals);
    } else {
      Refusal refusal = refusal(group, from, settlement.epoch(), settlement.sequence(), index);
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
      try {
        intake.checkEmitted(with.emitted());
      } catch (RefusedException e) {
        return new Refusal(index, sequence, e.code(), e.reason());
      }
      if (with.emitted().count() > 0) {
        intake.causes(group, from.record(group, sequence));
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
      Refusal refusal = refusal(group, from, complete.epoch(), sequence, index);
      if (refusal == null) {
        completeOne(group, from, sequence, null);
      } else {
        refusals.add(refusal);
      }
      sequence++;
    }
  }

  private void completeOne(Group group, Destination from, long sequence, @Nullable Payload result) {
    MessageRecord record = from.record(group, sequence);
    if (record.has(MessageRecord.FLAG_TRACK_OUTCOME)
        && from.definition().kind() == DestinationKind.QUEUE) {
      Payload kept = result == null ? Payload.EMPTY : result;
      ends.tell(group, record, new Outcome(OutcomeStatus.COMPLETED, "", "", kept, group.timeMs()));
    }
    from.finish(group, sequence);
  }

  // ---------------------------------------------------------------- fail

  private void failed(Group group, Destination from, Settlement.Fail fail) {
    long sequence = fail.sequence();
    RetryPolicy policy = retries.with(from.definition().settings());
    boolean counts = fail.isFinal() || noteFailure(group, from, sequence, policy);
    int failures = from.attempts(group, sequence) + 1;
    if (fail.isFinal() || (counts && failures >= policy.maxAttempts())) {
      bury(group, from, sequence, fail.epoch(), fail.errorClass(), fail.message());
    } else {
      long wait =
          fail.retryAfterMs() < 0
              ? policy.backOffMs(failures, sequence)
              : Math.min(fail.retryAfterMs(), RETRY_AFTER_MAX_MS);
      long dueMs = group.timeMs() + wait;
      from.delay(group, sequence, dueMs, fail.epoch(), counts, fail.errorClass(), fail.message());
    }
  }

  /** Whether a failure counts as an attempt: not while all that is handled fails. */
  private boolean noteFailure(Group group, Destination from, long sequence, RetryPolicy policy) {
    if (from.noteFailure(sequence, group.timeMs(), policy.outageAfter())) {
      outagesBegun.add(from);
    }
    return !from.isOutage();
  }

  private void bury(
      Group group, Destination from, long sequence, long epoch, String errorClass, String message) {
    end(group, from, sequence, OutcomeStatus.DEAD_LETTERED, errorClass, message);
    from.bury(group, sequence, epoch, errorClass, message);
  }

  /** Leases ended while messages were being handled. */
  public Result lose(Group group, Operation.LoseAttempts lost) {
    Destination from = destinations.find(lost.destination());
    if (from == null) {
      return new Result.Count(0);
    }
    destinations.touch(from);
    long counted = 0;
    for (long sequence : lost.sequences()) {
      if (from.refusal(group, lost.epoch(), sequence, boot) != null) {
        continue; // settled at the last moment
      }
      counted++;
      RetryPolicy policy = retries.with(from.definition().settings());
      boolean counts = noteFailure(group, from, sequence, policy);
      if (counts && from.attempts(group, sequence) + 1 >= policy.maxAttempts()) {
        bury(group, from, sequence, 0, lost.reason(), LOST);
      } else {
        from.delay(group, sequence, group.timeMs(), 0, counts, lost.reason(), LOST);
      }
    }
    return new Result.Count(counted);
  }

  // ---------------------------------------------------------------- release, extend

  private void release(
      Group group,
      Destination from,
      Settlement.Release release,
      int index,
      List<Refusal> refusals) {
    for (int i = 0; i < release.count(); i++) {
      long sequence = release.sequence() + i;
      Refusal refusal = refusal(group, from, release.epoch(), sequence, index);
      if (refusal == null) {
        from.giveBack(sequence);
      } else {
        refusals.add(refusal);
      }
    }
  }

  /** Extends what is still leased, stretch by stretch; a lease that ended stays so. */
  private void extend(
      Group group, Destination from, Settlement.Extend extend, int index, List<Refusal> refusals) {
    long expiresAtMs = group.timeMs() + extend.leaseMs();
    long end = extend.sequence() + extend.count();
    long first = extend.sequence();
    for (long sequence = first; sequence < end; sequence++) {
      Refusal refusal = refusal(group, from, extend.epoch(), sequence, index);
      if (refusal == null && !from.isLeased(sequence)) {
        refusal = refusal(from, ErrorCode.LEASE_LOST, extend.epoch(), sequence, index);
      }
      if (refusal != null) {
        refusals.add(refusal);
        from.extend(first, (int) (sequence - first), expiresAtMs);
        first = sequence + 1;
      }
    }
    from.extend(first, (int) (end - first), expiresAtMs);
  }

  // ---------------------------------------------------------------- dead letters

  /** Puts dead letters back. */
  public Result redrive(Group group, Operation.Redrive redrive) {
    Destination from = destinations.find(redrive.destination());
    if (from == null) {
      return notFound(redrive.destination());
    }
    destinations.touch(from);
    return each(
        from,
        redrive.which(),
        letter -> {
          if (from.definition().kind() == DestinationKind.QUEUE) {
            outcomes.reopen(group, letter.id());
          }
          from.redrive(group, letter);
        });
  }

  /** Drops dead letters. */
  public Result drop(Group group, Operation.DropDeadLetters drop) {
    Destination from = destinations.find(drop.destination());
    if (from == null) {
      return notFound(drop.destination());
    }
    destinations.touch(from);
    return each(from, drop.which(), letter -> from.drop(group, letter));
  }

  /** Does something with some of the dead letters that are meant. */
  private static Result each(
      Destination from, Operation.DeadLetters which, Consumer<SingleMessage> action) {
    byte[] type = which.type() == null ? null : which.type().getBytes(UTF_8);
    List<SingleMessage> letters = from.deadLettersFrom(which.from(), DEAD_LETTERS_LOOKED_AT);
    long count = 0;
    for (SingleMessage letter : letters) {
      boolean meant =
          (which.message() == null || letter.id().equals(which.message()))
              && (which.errorClass() == null || letter.errorClass().equals(which.errorClass()))
              && (type == null || from.record(letter).hasTypeOf(type));
      if (meant) {
        action.accept(letter);
        count++;
      }
      if (count == which.max()) {
        return new Result.Step(count, letter.sequence() + 1);
      }
    }
    boolean more = letters.size() == DEAD_LETTERS_LOOKED_AT;
    return new Result.Step(
        count, more ? letters.get(letters.size() - 1).sequence() + 1 : Long.MAX_VALUE);
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
      ends.tell(
          group,
          from.record(group, sequence),
          new Outcome(status, code, reason, Payload.EMPTY, group.timeMs()));
    }
  }

  private @Nullable Refusal refusal(
      Group group, Destination from, long epoch, long sequence, int index) {
    ErrorCode code = from.refusal(group, epoch, sequence, boot);
    return code == null ? null : refusal(from, code, epoch, sequence, index);
  }

  private static Refusal refusal(
      Destination from, ErrorCode code, long epoch, long sequence, int index) {
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
