package io.parley.server.operation;

import io.parley.engine.Engine;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.sequencer.Sequencer;
import io.parley.engine.store.StoreException;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.server.namespace.Namespace;
import io.parley.server.namespace.Namespaces;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * The way to the owner thread of a namespace for those who administer it. Any thread may call;
 * refusals fail the future with a {@link ParleyException}.
 */
final class OwnerThread {
  private final Namespaces namespaces;

  OwnerThread(Namespaces namespaces) {
    this.namespaces = namespaces;
  }

  /**
   * What is seen between groups, when all of it is durable; also while the store is unavailable.
   */
  <T> CompletableFuture<T> view(String namespace, Function<Engine, T> look) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      find(namespace).sequencer().execute(new View<>(look, answer));
    } catch (ParleyException e) {
      answer.completeExceptionally(e);
    }
    return answer;
  }

  private record View<T>(Function<Engine, T> look, CompletableFuture<T> answer)
      implements Sequencer.Task {
    @Override
    public void run(Engine engine) {
      try {
        answer.complete(look.apply(engine));
      } catch (ParleyException e) {
        answer.completeExceptionally(e);
      }
    }

    @Override
    public void dropped(StoreException why) {
      answer.completeExceptionally(unavailable(why));
    }
  }

  /** What an operation came to, made from what is there. */
  CompletableFuture<Result> change(String namespace, Function<Engine, Operation> operation) {
    return view(namespace, operation)
        .thenCompose(
            made -> {
              CompletableFuture<Result> answer = new CompletableFuture<>();
              find(namespace).sequencer().submit(made, new Answer(answer));
              return answer;
            });
  }

  /**
   * The namespace with a name.
   *
   * @throws ParleyException NAMESPACE_NOT_FOUND, STORE_UNAVAILABLE if it was stopped by a defect
   */
  Namespace find(String name) {
    Namespace namespace = namespaces.require(name);
    if (namespace.isStopped()) {
      throw new ParleyException(ErrorCode.STORE_UNAVAILABLE, String.valueOf(namespace.trouble()));
    }
    return namespace;
  }

  static ParleyException unavailable(StoreException why) {
    return new ParleyException(ErrorCode.STORE_UNAVAILABLE, String.valueOf(why.getMessage()));
  }

  /** Completes a future with an operation's result. */
  private record Answer(CompletableFuture<Result> future) implements Sequencer.Reply {
    @Override
    public void done(Result result) {
      if (result instanceof Result.Refused refused) {
        future.completeExceptionally(new ParleyException(refused.code(), refused.message()));
      } else {
        future.complete(result);
      }
    }

    @Override
    public void failed(StoreException why) {
      future.completeExceptionally(unavailable(why));
    }
  }
}
