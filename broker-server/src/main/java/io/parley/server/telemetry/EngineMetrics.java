package io.parley.server.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.parley.engine.Engine;
import io.parley.engine.operation.Result;
import io.parley.engine.outcome.OutcomeLedger;
import io.parley.engine.sequencer.SequencerListener;
import io.parley.engine.store.StoreException;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.protocol.model.Settlement;
import io.parley.server.operation.OperationTelemetry;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of messages and groups. Told per batch or group; safe for use by any thread. All
 * counters exist from the start, so that a rate over them is right from the first event on.
 */
public final class EngineMetrics implements OperationTelemetry, SequencerListener {
  private final Meters meters;
  private final Map<MessageKind, Counter> received = new EnumMap<>(MessageKind.class);
  private final Map<MessageKind, Counter> confirmed = new EnumMap<>(MessageKind.class);
  private final Map<ErrorCode, Counter> refusals = new EnumMap<>(ErrorCode.class);
  private final Map<Verdict, Counter> settles = new EnumMap<>(Verdict.class);
  private final Map<OutcomeStatus, Counter> outcomes = new EnumMap<>(OutcomeStatus.class);
  private final Counter deliveries;
  private final Timer commit;
  private final Timer apply;
  private final Counter groupOperations;
  private final Counter groupBytes;
  private final Counter storeFailures;

  /** What a settlement says, as a label's value. */
  private enum Verdict {
    COMPLETE,
    REJECT,
    FAIL,
    RELEASE,
    EXTEND
  }

  EngineMetrics(Meters meters) {
    this.meters = meters;
    for (MessageKind kind : List.of(MessageKind.COMMAND, MessageKind.EVENT)) {
      received.put(kind, meters.counter(MeterName.MESSAGES_RECEIVED, "kind", word(kind)));
      confirmed.put(kind, meters.counter(MeterName.MESSAGES_CONFIRMED, "kind", word(kind)));
    }
    for (ErrorCode code : ErrorCode.values()) {
      refusals.put(code, meters.counter(MeterName.REFUSALS, "code", code.name()));
    }
    for (Verdict verdict : Verdict.values()) {
      settles.put(verdict, meters.counter(MeterName.SETTLES, "verdict", word(verdict)));
    }
    for (OutcomeStatus status : OutcomeStatus.values()) {
      if (status != OutcomeStatus.PENDING) {
        outcomes.put(status, meters.counter(MeterName.OUTCOMES, "status", status.name()));
      }
    }
    deliveries = meters.counter(MeterName.DELIVERIES);
    commit = meters.timer(MeterName.GROUP_COMMIT);
    apply = meters.timer(MeterName.GROUP_APPLY);
    groupOperations = meters.counter(MeterName.GROUP_OPERATIONS);
    groupBytes = meters.counter(MeterName.GROUP_BYTES);
    storeFailures = meters.counter(MeterName.STORE_FAILURES);
  }

  /**
   * Shows expired messages.
   *
   * @param messagesExpired messages that expired so far
   */
  public void messagesExpired(LongSupplier messagesExpired) {
    meters.counter(MeterName.MESSAGES_EXPIRED, messagesExpired);
  }

  /**
   * Shows what others count. Called once.
   *
   * @param leasesExpired leases that ran out so far
   */
  public void leasesExpired(LongSupplier leasesExpired) {
    meters.counter(MeterName.LEASES_EXPIRED, leasesExpired);
  }

  /**
   * Shows how much is under way. Called once.
   *
   * @param bytes of operations submitted and not yet answered
   */
  public void inFlight(LongSupplier bytes) {
    meters.gauge(MeterName.IN_FLIGHT, bytes);
  }

  // ---------------------------------------------------------------- OperationTelemetry

  @Override
  public void received(MessageKind kind, int messages) {
    add(received.get(kind), messages);
  }

  @Override
  public void confirmed(MessageKind kind, int messages, List<Result.Refusal> refused) {
    add(confirmed.get(kind), messages);
    count(refused);
  }

  @Override
  public void delivered(int messages) {
    deliveries.increment(messages);
  }

  @Override
  public void settled(List<Settlement> settlements, List<Result.Refusal> refused) {
    Verdict verdict = null;
    int messages = 0;
    int next = 0;
    for (int i = 0; i < settlements.size(); i++) {
      Settlement settlement = settlements.get(i);
      if (verdict != verdict(settlement)) {
        settled(verdict, messages);
        verdict = verdict(settlement);
        messages = 0;
      }
      messages += messages(settlement);
      for (; next < refused.size() && refused.get(next).index() == i; next++) {
        messages--;
      }
    }
    settled(verdict, messages);
    count(refused);
  }

  private void settled(@Nullable Verdict verdict, int messages) {
    if (verdict != null) {
      add(settles.get(verdict), messages);
    }
  }

  // ---------------------------------------------------------------- SequencerListener

  @Override
  public void committed(int operations, long bytes, long applyNanos, long commitNanos) {
    commit.record(commitNanos, TimeUnit.NANOSECONDS);
    apply.record(applyNanos, TimeUnit.NANOSECONDS);
    groupOperations.increment(operations);
    groupBytes.increment(bytes);
  }

  @Override
  public void outcomes(List<OutcomeLedger.Entry> recorded) {
    for (OutcomeLedger.Entry entry : recorded) {
      add(outcomes.get(entry.outcome().status()), 1);
    }
  }

  @Override
  public void unavailable(StoreException why) {
    storeFailures.increment();
  }

  @Override
  public void available(Engine engine) {}

  private void count(List<Result.Refusal> refused) {
    for (int i = 0; i < refused.size(); i++) {
      add(refusals.get(refused.get(i).code()), 1);
    }
  }

  private static Verdict verdict(Settlement settlement) {
    if (settlement instanceof Settlement.Complete
        || settlement instanceof Settlement.CompleteWith) {
      return Verdict.COMPLETE;
    } else if (settlement instanceof Settlement.Reject) {
      return Verdict.REJECT;
    } else if (settlement instanceof Settlement.Fail) {
      return Verdict.FAIL;
    } else if (settlement instanceof Settlement.Release) {
      return Verdict.RELEASE;
    }
    return Verdict.EXTEND;
  }

  private static int messages(Settlement settlement) {
    if (settlement instanceof Settlement.Complete complete) {
      return complete.count();
    } else if (settlement instanceof Settlement.Release release) {
      return release.count();
    } else if (settlement instanceof Settlement.Extend extend) {
      return extend.count();
    }
    return 1;
  }

  private static void add(@Nullable Counter counter, int count) {
    if (counter != null && count > 0) {
      counter.increment(count);
    }
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
