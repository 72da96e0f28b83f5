package io.parley.server.operation;

import io.parley.engine.Engine;
import io.parley.engine.destination.Destination;
import io.parley.engine.destination.SingleMessage;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.Message;
import io.parley.server.admin.AdminApi;
import io.parley.server.admin.DeadLetterFilter;
import io.parley.server.admin.DeadLetterGroup;
import io.parley.server.admin.DeadLetterInfo;
import io.parley.server.admin.MessageInfo;
import io.parley.server.admin.MessageState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Dead letters as operators see, redrive and drop them. Any thread. */
final class DeadLetters {
  /** Looked at between two groups. */
  private static final int LOOKED_AT_ONCE = 10_000;

  private final OwnerThread owner;

  DeadLetters(OwnerThread owner) {
    this.owner = owner;
  }

  // ---------------------------------------------------------------- a look at them

  CompletionStage<List<DeadLetterInfo>> list(
      String namespace, @Nullable String destination, DeadLetterFilter which, int limit) {
    return owner.view(
        namespace,
        engine -> {
          List<DeadLetterInfo> letters = new ArrayList<>();
          for (Destination from : having(engine, destination)) {
            from.deadLetters(
                0,
                letter -> {
                  if (isMeant(which, from, letter)) {
                    letters.add(info(from, letter));
                  }
                  return letters.size() < limit;
                });
            if (letters.size() >= limit) {
              break;
            }
          }
          return letters;
        });
  }

  private static List<Destination> having(Engine engine, @Nullable String destination) {
    return engine.destinations().occupied().stream()
        .filter(d -> d.dead() > 0)
        .filter(d -> destination == null || d.definition().name().equals(destination))
        .sorted(Comparator.comparingInt(Destination::id))
        .toList();
  }

  private static boolean isMeant(DeadLetterFilter which, Destination from, SingleMessage letter) {
    return (which.id() == null || which.id().equals(letter.id()))
        && (which.errorClass() == null || which.errorClass().equals(letter.errorClass()))
        && (which.type() == null || which.type().equals(from.record(letter).type()));
  }

  private static DeadLetterInfo info(Destination from, SingleMessage letter) {
    Message message = from.record(letter).toMessage();
    return new DeadLetterInfo(
        new MessageInfo(
            letter.sequence(),
            MessageState.DEAD,
            letter.attempts(),
            Instant.ofEpochMilli(letter.storedAtMs()),
            message),
        from.definition().name(),
        AdminOperations.adminKind(from),
        letter.errorClass(),
        letter.errorMessage(),
        Instant.ofEpochMilli(letter.failedAtMs()));
  }

  // ---------------------------------------------------------------- groups

  CompletionStage<List<DeadLetterGroup>> groups(String namespace, @Nullable String destination) {
    return owner
        .view(
            namespace, engine -> having(engine, destination).stream().map(Destination::id).toList())
        .thenCompose(ids -> grouped(namespace, new Grouping(ids)));
  }

  private CompletionStage<List<DeadLetterGroup>> grouped(String namespace, Grouping grouping) {
    return owner
        .view(namespace, grouping::goOn)
        .thenCompose(
            more ->
                more
                    ? grouped(namespace, grouping)
                    : CompletableFuture.completedFuture(grouping.groups()));
  }

  /** Groups dead letters, some between two groups of the broker's. */
  private static final class Grouping {
    private final List<Integer> destinations;
    private final Map<Key, DeadLetterGroup> groups = new LinkedHashMap<>();
    private int at;
    private long from;
    private long looked;

    private record Key(int destination, String errorClass, String type) {}

    Grouping(List<Integer> destinations) {
      this.destinations = destinations;
    }

    /** Returns whether there is more. */
    boolean goOn(Engine engine) {
      if (at == destinations.size()) {
        return false;
      }
      Destination destination = engine.destinations().find(destinations.get(at));
      if (destination == null) {
        at++; // gone since
        return at < destinations.size();
      }
      List<SingleMessage> letters = destination.deadLettersFrom(from, LOOKED_AT_ONCE);
      for (SingleMessage letter : letters) {
        add(destination, letter);
        from = letter.sequence() + 1;
      }
      looked += letters.size();
      if (letters.size() < LOOKED_AT_ONCE || looked >= AdminApi.GROUPED_MAX) {
        at++;
        from = 0;
        looked = 0;
      }
      return at < destinations.size();
    }

    private void add(Destination destination, SingleMessage letter) {
      String type = destination.record(letter).type();
      Instant failedAt = Instant.ofEpochMilli(letter.failedAtMs());
      groups.merge(
          new Key(destination.id(), letter.errorClass(), type),
          new DeadLetterGroup(
              destination.definition().name(),
              AdminOperations.adminKind(destination),
              letter.errorClass(),
              type,
              1,
              failedAt,
              failedAt,
              letter.errorMessage()),
          Grouping::plus);
    }

    private static DeadLetterGroup plus(DeadLetterGroup before, DeadLetterGroup one) {
      boolean newer = one.newest().isAfter(before.newest());
      return new DeadLetterGroup(
          before.destination(),
          before.destinationKind(),
          before.errorClass(),
          before.type(),
          before.count() + 1,
          one.oldest().isBefore(before.oldest()) ? one.oldest() : before.oldest(),
          newer ? one.newest() : before.newest(),
          newer ? one.example() : before.example());
    }

    List<DeadLetterGroup> groups() {
      return groups.values().stream()
          .sorted(Comparator.comparingLong(DeadLetterGroup::count).reversed())
          .toList();
    }
  }

  // ---------------------------------------------------------------- redrive and drop

  CompletionStage<Long> redrive(
      String namespace, String destination, DeadLetterFilter which, long max) {
    return inSteps(namespace, destination, which, max, Operation.Redrive::new);
  }

  CompletionStage<Long> drop(String namespace, String destination, DeadLetterFilter which) {
    return inSteps(namespace, destination, which, Long.MAX_VALUE, Operation.DropDeadLetters::new);
  }

  private CompletionStage<Long> inSteps(
      String namespace,
      String destination,
      DeadLetterFilter which,
      long max,
      BiFunction<Integer, Operation.DeadLetters, Operation> step) {
    return step(namespace, destination, which, max, 0, 0, step)
        .thenApply(
            count -> {
              if (which.id() != null && count == 0) {
                throw new ParleyException(
                    ErrorCode.NOT_FOUND,
                    "dead letter: " + which.id() + " (expected: one that exists)");
              }
              return count;
            });
  }

  /** An operation does a bounded number at once; repeated until it is enough. */
  private CompletionStage<Long> step(
      String namespace,
      String destination,
      DeadLetterFilter which,
      long max,
      long from,
      long before,
      BiFunction<Integer, Operation.DeadLetters, Operation> operation) {
    int atOnce = (int) Math.min(max - before, Operation.DEAD_LETTERS_AT_ONCE);
    Operation.DeadLetters some =
        new Operation.DeadLetters(
            which.id(), which.errorClass(), which.type(), from, which.id() == null ? atOnce : 1);
    return owner
        .change(
            namespace, engine -> operation.apply(AdminOperations.anyId(engine, destination), some))
        .thenCompose(
            result -> {
              Result.Step done = (Result.Step) result;
              long count = before + done.count();
              boolean over =
                  done.next() == Long.MAX_VALUE
                      || count >= max
                      || (which.id() != null && count > 0);
              return over
                  ? CompletableFuture.completedFuture(count)
                  : step(namespace, destination, which, max, done.next(), count, operation);
            });
  }
}
