package io.parley.server.admin;

import io.parley.protocol.model.MessageKind;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who has to do with which type.
 *
 * @param since from when on uses are known: the start of the broker
 * @param usesLost uses that weren't noted, because {@link AdminApi#USES_MAX} were
 */
public record CatalogInfo(
    Instant since, long usesLost, List<Type> types, List<SubscriptionInfo> subscriptions) {

  /** Copies the lists. */
  public CatalogInfo {
    types = List.copyOf(types);
    subscriptions = List.copyOf(subscriptions);
  }

  /**
   * One type.
   *
   * @param declared whether somebody declared it, rather than first used it
   * @param owner the service that owns a command type; null if none does, and for other kinds
   * @param queue its queue
   * @param waiting commands that wait for an owner
   * @param consumers who consumes from its queue now
   * @param subscriptions the subscriptions that want an event type
   * @param uses who sends, publishes, asks or answers it
   */
  public record Type(
      String name,
      MessageKind kind,
      boolean declared,
      @Nullable String owner,
      @Nullable String queue,
      long waiting,
      int consumers,
      List<String> subscriptions,
      List<Use> uses) {

    /** Copies the lists. */
    public Type {
      subscriptions = List.copyOf(subscriptions);
      uses = List.copyOf(uses);
    }
  }

  /** What a service does with a type. */
  public enum Role {
    /** Sends commands. */
    SENDS,
    /** Publishes events. */
    PUBLISHES,
    /** Asks queries. */
    ASKS,
    /** Offers to answer queries. */
    ANSWERS
  }

  /**
   * A service uses a type.
   *
   * @param service empty for clients that don't say whom they belong to
   * @param firstSeen to the second, since the broker started
   * @param lastSeen about: a connection is looked at once a second
   */
  public record Use(String service, Role role, Instant firstSeen, Instant lastSeen) {}
}
