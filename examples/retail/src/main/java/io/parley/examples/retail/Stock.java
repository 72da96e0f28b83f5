package io.parley.examples.retail;

import io.parley.client.EventResult;
import io.parley.client.ParleyClient;
import io.parley.client.Subscriber;
import io.parley.examples.retail.CartEvent.ProductAddedToCart;
import io.parley.examples.retail.CartEvent.ProductRemovedFromCart;
import io.parley.protocol.model.MessageId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Stock: units of each product that left the shelves; a return brings them back. Thread-safe. */
public final class Stock implements View {
  private final AppliedEvents events = new AppliedEvents();
  private final Map<String, Long> unitsTaken = new HashMap<>();

  @Override
  public Subscriber subscribe(ParleyClient client) {
    return client
        .subscriber()
        .on(
            ProductAddedToCart.TYPE,
            ProductAddedToCart.class,
            (event, delivery) -> {
              on(delivery.id(), event);
              return EventResult.complete();
            })
        .on(
            ProductRemovedFromCart.TYPE,
            ProductRemovedFromCart.class,
            (event, delivery) -> {
              on(delivery.id(), event);
              return EventResult.complete();
            })
        .start();
  }

  /** Takes in an event, unless it was taken in before. */
  public synchronized void on(MessageId id, ProductAddedToCart event) {
    if (events.isNew(id)) {
      unitsTaken.merge(event.product(), (long) event.quantity(), Long::sum);
    }
  }

  /** Takes in an event, unless it was taken in before. */
  public synchronized void on(MessageId id, ProductRemovedFromCart event) {
    if (events.isNew(id)) {
      unitsTaken.merge(event.product(), -(long) event.quantity(), Long::sum);
    }
  }

  /** Units by product; negative where more came back than left. */
  public synchronized Map<String, Long> unitsTaken() {
    return Map.copyOf(unitsTaken);
  }

  @Override
  public String service() {
    return "stock";
  }

  @Override
  public List<String> wants() {
    return List.of(ProductAddedToCart.TYPE, ProductRemovedFromCart.TYPE);
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
