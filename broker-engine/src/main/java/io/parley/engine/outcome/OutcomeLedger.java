package io.parley.engine.outcome;

import io.parley.engine.group.Expiries;
import io.parley.engine.group.Group;
import io.parley.engine.group.Keys;
import io.parley.engine.group.ValueReader;
import io.parley.engine.group.ValueWriter;
import io.parley.engine.store.Store;
import io.parley.engine.store.Table;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.protocol.model.Payload;
import java.util.ArrayList;
import java.util.List;

/**
 * The outcome of each command that ended otherwise than by completion, and of completed ones whose
 * sender asked to know. Kept by command id until the retention is over.
 */
public final class OutcomeLedger {
  private static final int VERSION = 1;

  private final Store store;
  private final long retentionMs;
  private final List<Entry> recorded = new ArrayList<>();

  /** A ledger in a store. */
  public OutcomeLedger(Store store, long retentionMs) {
    this.store = store;
    this.retentionMs = retentionMs;
  }

  /** Writes down what became of a command. */
  public void record(Group group, MessageId command, Outcome outcome) {
    group.transaction().put(Table.OUTCOMES, Keys.of(command), encode(outcome));
    Expiries.put(group, group.timeMs() + retentionMs, Expiries.OUTCOME, command);
    recorded.add(new Entry(command, outcome));
  }

  /** A dead letter was redriven: its outcome is open again. */
  public void reopen(Group group, MessageId command) {
    group.transaction().delete(Table.OUTCOMES, Keys.of(command));
  }

  /** An outcome may be forgotten, unless it was recorded anew since. */
  public void forget(Group group, MessageId command) {
    byte[] value = group.transaction().get(Table.OUTCOMES, Keys.of(command));
    if (value == null) {
      return;
    }
    long endMs = decode(value).atMs() + retentionMs;
    if (endMs > group.timeMs()) {
      Expiries.put(group, endMs, Expiries.OUTCOME, command);
    } else {
      group.transaction().delete(Table.OUTCOMES, Keys.of(command));
    }
  }

  /** What the group just built recorded; empties the list. */
  public List<Entry> takeRecorded() {
    if (recorded.isEmpty()) {
      return List.of();
    }
    List<Entry> taken = List.copyOf(recorded);
    recorded.clear();
    return taken;
  }

  /** The committed outcome of a command, {@link Outcome#PENDING} if there is none. Any thread. */
  public Outcome find(MessageId command) {
    byte[] value = store.get(Table.OUTCOMES, Keys.of(command));
    return value == null ? Outcome.PENDING : decode(value);
  }

  private static byte[] encode(Outcome outcome) {
    ValueWriter out =
        new ValueWriter(VERSION)
            .u8(outcome.status().code())
            .i64(outcome.atMs())
            .text(outcome.code())
            .text(outcome.reason());
    String contentType = outcome.result().contentType();
    return out.u8(contentType == null ? 0 : 1)
        .text(contentType == null ? "" : contentType)
        .bytes(outcome.result().bytes())
        .done();
  }

  private static Outcome decode(byte[] value) {
    ValueReader in = new ValueReader(Table.OUTCOMES, value, VERSION);
    OutcomeStatus status = in.meaning(in.u8(), OutcomeStatus::ofCode);
    long atMs = in.i64();
    String code = in.text();
    String reason = in.text();
    boolean hasContentType = in.u8() == 1;
    String contentType = in.text();
    Payload result = new Payload(hasContentType ? contentType : null, in.bytes());
    return new Outcome(status, code, reason, result, atMs);
  }

  /** One outcome that was recorded. */
  public record Entry(MessageId command, Outcome outcome) {}
}
