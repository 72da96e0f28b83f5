package io.parley.examples.retail;

import io.parley.client.EventResult;
import io.parley.client.ParleyClient;
import io.parley.client.Subscriber;
import io.parley.examples.retail.CartEvent.CartCheckedOut;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Payload;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Analytics: how often what happens, and revenue by country. Subscribes to whatever the shop
 * publishes, types of next year included. Thread-safe.
 */
public final class Analytics implements View {
  /** Every event of the shop, whatever its type. */
  private static final String ALL_OF_THE_SHOP = "shop.>";

  private final AppliedEvents events = new AppliedEvents();
  private final Map<String, Long> countByType = new TreeMap<>();
  private final Map<String, BigDecimal> revenueByCountry = new TreeMap<>();

  @Override
  public Subscriber subscribe(ParleyClient client) {
    return client
        .subscriber()
        .on(
            ALL_OF_THE_SHOP,
            Payload.class, // whatever it is: most of it is only counted
            (body, delivery) -> {
              CartCheckedOut checkedOut =
                  delivery.type().equals(CartCheckedOut.TYPE)
                      ? delivery.body(CartCheckedOut.class)
                      : null;
              on(delivery.id(), delivery.type(), checkedOut);
              return EventResult.complete();
            })
        .start();
  }

  /**
   * Takes in an event, unless it was taken in before.
   *
   * @param checkedOut the event, if it is of that type
   */
  public synchronized void on(MessageId id, String type, @Nullable CartCheckedOut checkedOut) {
    if (events.isNew(id)) {
      countByType.merge(type, 1L, Long::sum);
      if (checkedOut != null) {
        revenueByCountry.merge(checkedOut.country(), checkedOut.total(), BigDecimal::add);
      }
    }
  }

  /** Events by the name of their type. */
  public synchronized Map<String, Long> countByType() {
    return new TreeMap<>(countByType);
  }

  /** Pounds by country, returns subtracted. Exact: no rounding anywhere. */
  public synchronized Map<String, BigDecimal> revenueByCountry() {
    return new TreeMap<>(revenueByCountry);
  }

  @Override
  public String service() {
    return "analytics";
  }

  @Override
  public List<String> wants() {
    return List.of(ALL_OF_THE_SHOP);
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
