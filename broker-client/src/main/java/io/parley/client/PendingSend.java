package io.parley.client;

import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A message on its way, and the future of its confirm. */
final class PendingSend extends CompletableFuture<MessageId> implements HandOver.Item<PendingSend> {
  private static final byte[] GONE = new byte[0];

  private final MessageId id;
  private final MessageKind kind;
  private final int size;
  private byte[] record;
  private @Nullable PendingSend linked;

  PendingSend(MessageId id, MessageKind kind, byte[] record) {
    this.id = id;
    this.kind = kind;
    this.record = record;
    this.size = record.length;
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
  public @Nullable PendingSend linked() {
    return linked;
  }

  @Override
  public void link(@Nullable PendingSend item) {
    linked = item;
  }
}
