package io.parley.server.operation;

import io.parley.engine.Engine;
import io.parley.engine.catalog.TypeEntry;
import io.parley.engine.destination.Destination;
import io.parley.protocol.model.MessageKind;
import io.parley.server.admin.CatalogInfo;
import io.parley.server.admin.SubscriptionInfo;
import io.parley.server.namespace.Namespace;
import io.parley.server.namespace.TypeUses;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Looks at who has to do with which type, some types at a time. Any thread may call. */
final class CatalogViews {
  /** Types that are looked at between two groups. */
  static final int TYPES_AT_ONCE = 1_000;

  private final OwnerThread owner;

  CatalogViews(OwnerThread owner) {
    this.owner = owner;
  }

  /** All types with those who use them; the subscriptions come from elsewhere. */
  CompletionStage<CatalogInfo> show(String namespace, List<SubscriptionInfo> subscriptions) {
    TypeUses uses = owner.find(namespace).typeUses();
    return more(owner.find(namespace), new ArrayList<>(), "")
        .thenApply(
            types ->
                new CatalogInfo(
                    Instant.ofEpochMilli(uses.sinceMs()), uses.lost(), types, subscriptions));
  }

  private CompletionStage<List<CatalogInfo.Type>> more(
      Namespace namespace, List<CatalogInfo.Type> all, String after) {
    return owner
        .view(
            namespace.name(),
            engine ->
                engine.catalog().typesAfter(after, TYPES_AT_ONCE).stream()
                    .map(type -> type(engine, namespace.typeUses(), type))
                    .toList())
        .thenCompose(
            some -> {
              all.addAll(some);
              return some.size() < TYPES_AT_ONCE
                  ? CompletableFuture.completedFuture(all)
                  : more(namespace, all, some.get(some.size() - 1).name());
            });
  }

  private static CatalogInfo.Type type(Engine engine, TypeUses uses, TypeEntry type) {
    Destination queue = engine.destinations().find(type.queue());
    Destination unowned = engine.destinations().find(type.unowned());
    return new CatalogInfo.Type(
        type.name(),
        type.kind(),
        type.declared(),
        queue == null ? null : queue.definition().service(),
        queue == null ? null : queue.definition().name(),
        unowned == null ? 0 : unowned.ready() + unowned.delayed(),
        queue == null ? 0 : queue.consumers().size(),
        type.kind() == MessageKind.EVENT
            ? engine.catalog().inboxesOf(type.name()).stream()
                .map(inbox -> inbox.definition().name())
                .toList()
            : List.of(),
        uses.of(type.name()).stream().map(CatalogViews::use).toList());
  }

  private static CatalogInfo.Use use(TypeUses.Use use) {
    return new CatalogInfo.Use(
        use.service(),
        CatalogInfo.Role.values()[use.what()],
        Instant.ofEpochMilli(use.firstSeenMs()),
        Instant.ofEpochMilli(use.lastSeenMs()));
  }
}
