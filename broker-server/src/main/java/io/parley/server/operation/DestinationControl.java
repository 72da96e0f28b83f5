package io.parley.server.operation;

import io.parley.engine.Engine;
import io.parley.engine.EngineSettings;
import io.parley.engine.catalog.Catalog;
import io.parley.engine.catalog.RefusedException;
import io.parley.engine.destination.Destination;
import io.parley.engine.destination.DestinationSettings;
import io.parley.engine.destination.Quota;
import io.parley.engine.destination.SettingsChange;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Operation.Purged;
import io.parley.engine.operation.Result;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.server.admin.DeletionInfo;
import io.parley.server.admin.DestinationCondition;
import io.parley.server.admin.DestinationKind;
import io.parley.server.admin.MessageState;
import io.parley.server.admin.OperatorSettings;
import io.parley.server.admin.PurgeRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What operators do to a queue or inbox: pause it, set something for it, purge it, delete it. Any
 * thread.
 */
final class DestinationControl {
  private final OwnerThread owner;

  DestinationControl(OwnerThread owner) {
    this.owner = owner;
  }

  /** In what condition a queue or inbox is. */
  static DestinationCondition condition(Destination destination) {
    DestinationSettings settings = destination.definition().settings();
    long outageSinceMs = destination.outageSinceMs();
    if (settings == DestinationSettings.NONE
        && outageSinceMs == 0
        && destination.overQuotaSinceMs() == 0
        && destination.missed() == 0) {
      return DestinationCondition.USUAL;
    }
    return new DestinationCondition(
        settings.paused(),
        time(outageSinceMs),
        time(destination.overQuotaSinceMs()),
        destination.missed(),
        new OperatorSettings(
            settings.maxAttempts() == 0 ? null : settings.maxAttempts(),
            duration(settings.backOffMinMs()),
            duration(settings.backOffMaxMs()),
            duration(settings.leaseMs()),
            settings.outageAfter() == DestinationSettings.NOT_SET ? null : settings.outageAfter(),
            settings.maxMessages() == 0 ? null : settings.maxMessages(),
            settings.maxBytes() == 0 ? null : settings.maxBytes()));
  }

  private static @Nullable Instant time(long ms) {
    return ms == 0 ? null : Instant.ofEpochMilli(ms);
  }

  private static @Nullable Duration duration(long ms) {
    return ms == 0 ? null : Duration.ofMillis(ms);
  }

  CompletionStage<DestinationCondition> pause(
      String namespace, DestinationKind kind, String name, boolean paused) {
    return configure(namespace, kind, name, SettingsChange.toPaused(paused));
  }

  CompletionStage<DestinationCondition> set(
      String namespace,
      DestinationKind kind,
      String name,
      OperatorSettings settings,
      boolean unsetOthers) {
    try {
      check(settings);
    } catch (ParleyException e) {
      return CompletableFuture.failedFuture(e);
    }
    return configure(
        namespace, kind, name, new SettingsChange(null, engineSettings(settings), unsetOthers));
  }

  private CompletionStage<DestinationCondition> configure(
      String namespace, DestinationKind kind, String name, SettingsChange change) {
    return owner
        .change(namespace, engine -> new Operation.Configure(find(engine, kind, name).id(), change))
        .thenCompose(done -> owner.view(namespace, engine -> condition(find(engine, kind, name))));
  }

  private static DestinationSettings engineSettings(OperatorSettings settings) {
    return new DestinationSettings(
        false,
        settings.maxAttempts() == null ? 0 : settings.maxAttempts(),
        ms(settings.backOffMin()),
        ms(settings.backOffMax()),
        (int) ms(settings.lease()),
        settings.outageAfter() == null ? DestinationSettings.NOT_SET : settings.outageAfter(),
        settings.maxMessages() == null ? 0 : settings.maxMessages(),
        settings.maxBytes() == null ? 0 : settings.maxBytes());
  }

  private static long ms(@Nullable Duration duration) {
    return duration == null ? 0 : duration.toMillis();
  }

  private static void check(OperatorSettings settings) {
    requireBetween("max attempts", settings.maxAttempts(), 1, EngineSettings.ATTEMPTS_MAX);
    requireBetween("max messages", settings.maxMessages(), 1L, Quota.MESSAGES_MAX);
    requireBetween("max bytes", settings.maxBytes(), Quota.BYTES_MIN, Quota.BYTES_MAX);
    requireBetween("outage after", settings.outageAfter(), 0, EngineSettings.OUTAGE_AFTER_MAX);
    requireBetween("lease", settings.lease(), EngineSettings.LEASE_MIN, EngineSettings.LEASE_MAX);
    requireBetween(
        "back-off min",
        settings.backOffMin(),
        EngineSettings.BACK_OFF_SHORTEST,
        EngineSettings.BACK_OFF_MIN_LONGEST);
    Duration shortest =
        settings.backOffMin() == null ? EngineSettings.BACK_OFF_SHORTEST : settings.backOffMin();
    requireBetween(
        "back-off max", settings.backOffMax(), shortest, EngineSettings.BACK_OFF_LONGEST);
  }

  private static <T extends Comparable<T>> void requireBetween(
      String what, @Nullable T value, T least, T most) {
    if (value != null && (value.compareTo(least) < 0 || value.compareTo(most) > 0)) {
      throw new ParleyException(
          ErrorCode.INVALID_ARGUMENT,
          what + ": " + value + " (expected: " + least + " to " + most + ")");
    }
  }

  // ---------------------------------------------------------------- purge

  CompletionStage<Long> purge(
      String namespace, DestinationKind kind, String name, PurgeRequest which) {
    List<Purged> parts =
        switch (which.state()) {
          case READY -> List.of(Purged.IN_ORDER, Purged.RETURNED);
          case DELAYED -> List.of(Purged.DELAYED);
          case DEAD -> List.of(Purged.DEAD);
          case LEASED ->
              throw new ParleyException(
                  ErrorCode.INVALID_ARGUMENT,
                  "state: "
                      + MessageState.LEASED
                      + " (expected: READY, DELAYED or DEAD; what a consumer has is its own)");
        };
    return owner
        .view(
            namespace,
            engine -> {
              long age = which.olderThan() == null ? 0 : which.olderThan().toMillis();
              return new Purge(
                  find(engine, kind, name).id(),
                  which.olderThan() == null ? engine.timeMs() + 1 : engine.timeMs() - age,
                  which.type(),
                  which.dryRun());
            })
        .thenCompose(purge -> purge.all(namespace, parts, 0));
  }

  // ---------------------------------------------------------------- delete

  CompletionStage<DeletionInfo> delete(String namespace, String name, boolean dryRun) {
    return owner
        .view(
            namespace,
            engine -> {
              Destination inbox = AdminOperations.findInbox(engine, name);
              try {
                Catalog.checkUnattended(inbox);
              } catch (RefusedException e) {
                throw new ParleyException(e.code(), e.reason());
              }
              return new Deletion(inbox.id(), new DeletionInfo(name, inbox.count()));
            })
        .thenCompose(
            deletion ->
                dryRun
                    ? CompletableFuture.completedFuture(deletion.info)
                    : deletion.goOn(namespace));
  }

  /** The deletion of an inbox; of one with much in it step by step. */
  private final class Deletion {
    private final int inbox;
    private final DeletionInfo info;

    Deletion(int inbox, DeletionInfo info) {
      this.inbox = inbox;
      this.info = info;
    }

    CompletionStage<DeletionInfo> goOn(String namespace) {
      return owner
          .change(namespace, engine -> new Operation.DeleteSubscription(inbox))
          .thenCompose(
              result ->
                  ((Result.Count) result).value() == 0
                      ? CompletableFuture.completedFuture(info)
                      : new Purge(inbox, Long.MAX_VALUE, null, false)
                          .all(namespace, List.of(Purged.values()), 0)
                          .thenCompose(purged -> goOn(namespace)));
    }
  }

  /** A purge that goes on part by part and step by step. */
  private final class Purge {
    private final int destination;
    private final long storedBeforeMs;
    private final @Nullable String type;
    private final boolean dryRun;

    Purge(int destination, long storedBeforeMs, @Nullable String type, boolean dryRun) {
      this.destination = destination;
      this.storedBeforeMs = storedBeforeMs;
      this.type = type;
      this.dryRun = dryRun;
    }

    CompletionStage<Long> all(String namespace, List<Purged> parts, long before) {
      return parts.isEmpty()
          ? CompletableFuture.completedFuture(before)
          : part(namespace, parts.get(0), 0, before)
              .thenCompose(count -> all(namespace, parts.subList(1, parts.size()), count));
    }

    private CompletionStage<Long> part(String namespace, Purged what, long from, long before) {
      return owner
          .change(
              namespace,
              engine -> new Operation.Purge(destination, what, from, storedBeforeMs, type, dryRun))
          .thenCompose(
              result -> {
                Result.Step step = (Result.Step) result;
                long count = before + step.count();
                return step.next() == Long.MAX_VALUE
                    ? CompletableFuture.completedFuture(count)
                    : part(namespace, what, step.next(), count);
              });
    }
  }

  private static Destination find(Engine engine, DestinationKind kind, String name) {
    return kind == DestinationKind.INBOX
        ? AdminOperations.findInbox(engine, name)
        : AdminOperations.findQueue(engine, name);
  }
}
