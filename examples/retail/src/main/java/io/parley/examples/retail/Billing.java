package io.parley.examples.retail;

import io.parley.client.EventResult;
import io.parley.client.ParleyClient;
import io.parley.client.Subscriber;
import io.parley.examples.retail.CartEvent.CartCheckedOut;
import io.parley.protocol.model.MessageId;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Billing: one bill per cart that was checked out, a credit note per return. Needs the totals
 * alone, so it subscribes to exactly one type. Thread-safe.
 */
public final class Billing implements View {
  private final AppliedEvents events = new AppliedEvents();
  private final Map<String, BigDecimal> totals = new HashMap<>();

  @Override
  public Subscriber subscribe(ParleyClient client) {
    return client
        .subscriber()
        .on(
            CartCheckedOut.TYPE,
            CartCheckedOut.class,
            (event, delivery) -> {
              on(delivery.id(), event);
              return EventResult.complete();
            })
        .start();
  }

  /** Takes in an event, unless it was taken in before. */
  public synchronized void on(MessageId id, CartCheckedOut event) {
    if (events.isNew(id)) {
      totals.merge(event.cart(), event.total(), BigDecimal::add);
    }
  }

  /** Pounds billed by cart; negative for a credit note. */
  public synchronized Map<String, BigDecimal> totals() {
    return Map.copyOf(totals);
  }

  @Override
  public String service() {
    return "billing";
  }

  @Override
  public List<String> wants() {
    return List.of(CartCheckedOut.TYPE);
  }

  @Override
  public synchronized long applied() {
    return events.count();
  }

  @Override
  public synchronized long suppressed() {
    return events.suppressed();
  }

  @Override
  public synchronized boolean hasApplied(MessageId event) {
    return events.contains(event);
  }
}
