package io.parley.server.operation;

import io.parley.engine.Engine;
import io.parley.engine.destination.Destination;
import io.parley.engine.destination.DestinationKind;
import io.parley.engine.destination.MessagePlace;
import io.parley.engine.operation.Operation;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.server.namespace.Namespaces;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Cancels commands: finds where one waits, and ends it there. Any thread may call. */
final class Cancellations {
  private final OwnerThread owner;
  private final Searches searches;

  Cancellations(Namespaces namespaces) {
    owner = new OwnerThread(namespaces);
    searches = new Searches(owner);
  }

  /**
   * Cancels a command; done once that is durable. Cancelling again is no error. Fails with a {@link
   * ParleyException}: NOT_CANCELLABLE if it doesn't wait, NOT_FOUND if nothing is known of it.
   */
  CompletionStage<Void> cancel(String namespace, MessageId command) {
    return owner
        .view(namespace, engine -> engine.outcomes().find(command).status())
        .thenCompose(status -> cancel(namespace, command, status));
  }

  private CompletionStage<Void> cancel(String namespace, MessageId command, OutcomeStatus status) {
    if (status == OutcomeStatus.CANCELLED) {
      return CompletableFuture.completedFuture(null);
    }
    if (status != OutcomeStatus.PENDING) {
      throw new ParleyException(
          ErrorCode.NOT_CANCELLABLE,
          "command " + command + " is " + status + " (expected: it waits)");
    }
    return searches
        .places(namespace, command)
        .thenCompose(
            places -> owner.change(namespace, engine -> cancellation(engine, command, places)))
        .thenApply(done -> null);
  }

  private static Operation cancellation(
      Engine engine, MessageId command, List<MessagePlace> places) {
    for (MessagePlace place : places) {
      Destination destination = engine.destinations().find(place.destination());
      if (destination != null && destination.definition().kind() != DestinationKind.INBOX) {
        return new Operation.Cancel(command, place.destination(), place.sequence(), place.run());
      }
    }
    throw new ParleyException(
        ErrorCode.NOT_FOUND,
        "command " + command + ": no such command waits (expected: the id of one that does)");
  }
}
