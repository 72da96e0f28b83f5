package io.parley.client;

import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way, and the future of its confirm. Interceptors are told how it ended before
 * anybody who waits for it can see that, so what they count is counted then.
 */
final class PendingSend extends CompletableFuture<MessageId> implements HandOver.Item<PendingSend> {
  private static final byte[] GONE = new byte[0];

  private final MessageId id;
  private final MessageKind kind;
  private final int size;
  private final @Nullable Afters<MessageId> afters;
  private byte[] record;
  private @Nullable PendingSend linked;

  PendingSend(MessageId id, MessageKind kind, byte[] record, @Nullable Afters<MessageId> afters) {
    this.id = id;
    this.kind = kind;
    this.record = record;
    this.size = record.length;
    this.afters = afters;
  }

  MessageId id() {
    return id;
  }

  MessageKind kind() {
    return kind;
  }

  /** Bytes of the record. */
  int size() {
    return size;
  }

  /** Gives the record to its batch: who keeps the future need not keep the bytes. */
  byte[] takeRecord() {
    byte[] taken = record;
    record = GONE;
    return taken;
  }

  @Override
  public boolean complete(MessageId confirmed) {
    return ends(confirmed, null) && super.complete(confirmed);
  }

  @Override
  public boolean completeExceptionally(Throwable failure) {
    return ends(null, failure) && super.completeExceptionally(failure);
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean ended = ends(null, new CancellationException());
    return (ended && super.cancel(mayInterruptIfRunning)) || isCancelled();
  }

  /** Of those who end it at once only one does: what is told is what becomes of it. */
  private boolean ends(@Nullable MessageId confirmed, @Nullable Throwable failure) {
    return afters == null || afters.ended(confirmed, failure);
  }

  @Override
  public @Nullable PendingSend linked() {
    return linked;
  }

  @Override
  public void link(@Nullable PendingSend item) {
    linked = item;
  }
}
