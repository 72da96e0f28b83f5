package io.parley.examples.retail;

import io.parley.client.ParleyClient;
import io.parley.client.Subscriber;
import io.parley.protocol.model.MessageId;
import java.util.List;

/** A view of the shop that a service builds from events. Thread-safe. */
public sealed interface View permits Billing, Stock, Analytics {
  /** The service that keeps the view; its subscription has the same name. */
  String service();

  /** The event types it is built from, or a wildcard for them. */
  List<String> wants();

  /**
   * Starts taking in events: what waits in its inbox first, then each as it happens.
   *
   * @param client one that acts as {@link #service}
   */
  Subscriber subscribe(ParleyClient client);

  /** Events applied, each once. */
  long applied();

  /** Events that came again and were not applied again. */
  long suppressed();

  /** Whether this event was applied. */
  boolean hasApplied(MessageId event);
}
