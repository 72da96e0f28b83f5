package io.parley.server.namespace;

import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Who waits for the outcome of which command. Owner thread only.
 *
 * <p>Bounded by what connections may have in flight.
 */
public final class OutcomeWaits {
  private final Map<MessageId, List<Wait>> waits = new HashMap<>();

  /**
   * Waits until a command ended or the time is over.
   *
   * @param untilMs milliseconds since the epoch
   * @param answer receives the outcome, or {@link Outcome#PENDING}
   */
  public void await(MessageId command, long untilMs, Consumer<Outcome> answer) {
    waits.computeIfAbsent(command, id -> new ArrayList<>(1)).add(new Wait(untilMs, answer));
  }

  void recorded(MessageId command, Outcome outcome) {
    List<Wait> waiting = waits.remove(command);
    if (waiting != null) {
      waiting.forEach(wait -> wait.answer.accept(outcome));
    }
  }

  /** Answers those whose time is over. */
  public void expire(long nowMs) {
    Iterator<List<Wait>> each = waits.values().iterator();
    while (each.hasNext()) {
      List<Wait> waiting = each.next();
      waiting.removeIf(
          wait -> {
            boolean over = wait.untilMs <= nowMs;
            if (over) {
              wait.answer.accept(Outcome.PENDING);
            }
            return over;
          });
      if (waiting.isEmpty()) {
        each.remove();
      }
    }
  }

  /** Looks at the ledger anew: after a failure of the store some may be there that nobody told. */
  void lookAgain(Function<MessageId, Outcome> ledger) {
    for (MessageId command : List.copyOf(waits.keySet())) {
      Outcome outcome = ledger.apply(command);
      if (outcome.status() != OutcomeStatus.PENDING) {
        recorded(command, outcome);
      }
    }
  }

  private record Wait(long untilMs, Consumer<Outcome> answer) {}
}
