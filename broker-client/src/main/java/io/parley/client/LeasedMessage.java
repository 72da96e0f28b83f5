package io.parley.client;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.Payload;
import io.parley.protocol.model.Settlement;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A message in somebody's hands: what commands and events have in common. Reads its fields from the
 * lot's bytes when asked, and is settled once. Any thread.
 */
abstract class LeasedMessage implements Cause, HandOver.Item<LeasedMessage> {
  /** What a settle frame may hold beside results and emitted messages. */
  private static final int SETTLE_OVERHEAD_BYTES = 64 * 1024;

  private static final VarHandle SETTLED;

  static {
    try {
      SETTLED = MethodHandles.lookup().findVarHandle(LeasedMessage.class, "settled", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Consumption<?> consumption;
  private final Lot lot;
  private final int index;
  private final MessageRecord record;
  private @Nullable String type;

  @SuppressWarnings("unused") // through SETTLED
  private volatile boolean settled;

  private @Nullable Settlement settlement;
  private @Nullable CompletableFuture<Void> settling;
  private boolean dropped;
  private @Nullable Afters<Verdict> afters;
  private @Nullable Throwable failure;
  private @Nullable LeasedMessage linked;

  LeasedMessage(Consumption<?> consumption, Lot lot, int index, MessageRecord record) {
    this.consumption = consumption;
    this.lot = lot;
    this.index = index;
    this.record = record;
  }

  // ---- what is known about it

  @Override
  public MessageId id() {
    return record.id();
  }

  public String type() {
    String known = type;
    if (known == null) {
      known = record.type();
      type = known;
    }
    return known;
  }

  public @Nullable String key() {
    return record.key();
  }

  public @Nullable MessageId correlationId() {
    return record.correlationId();
  }

  public @Nullable MessageId causationId() {
    return record.causationId();
  }

  @Override
  public MessageId conversationId() {
    MessageId correlation = correlationId();
    return correlation == null ? id() : correlation;
  }

  public @Nullable String contentType() {
    return record.contentType();
  }

  public Map<String, String> headers() {
    return Collections.unmodifiableMap(record.headers());
  }

  public Payload payload() {
    byte[] body = Arrays.copyOfRange(record.array(), record.bodyOffset(), record.end());
    return new Payload(contentType(), body);
  }

  public <T> T body(Class<T> bodyType) {
    return codec().decode(payload(), bodyType);
  }

  public int size() {
    return record.size();
  }

  public long sequence() {
    return lot.firstSequence() + index;
  }

  public long epoch() {
    return lot.epoch();
  }

  public int attempt() {
    return lot.attempt();
  }

  public Instant storedAt() {
    return Instant.ofEpochMilli(lot.storedAtMs());
  }

  public boolean isLeaseLost() {
    return lot.isLost(index);
  }

  @Override
  public String toString() {
    return type() + " " + id() + " (sequence " + sequence() + ", attempt " + attempt() + ")";
  }

  // ---- settling

  /** The settlement for an exception out of its handler. */
  Settlement failedBy(Throwable failure) {
    return thrownAt(failure);
  }

  /** A failed attempt, whatever the exception may want to say besides. */
  final Settlement thrownAt(Throwable failure) {
    return fail(failure.getClass().getName(), String.valueOf(failure.getMessage()), false);
  }

  Settlement fail(String errorClass, String message, boolean isFinal) {
    return settlementOf(new Failed(errorClass, message, Failed.BACK_OFF, isFinal));
  }

  Settlement settlementOf(Failed failed) {
    return new Settlement.Fail(
        epoch(),
        sequence(),
        failed.isFinal(),
        failed.errorClass(),
        failed.message(),
        failed.retryAfterMs());
  }

  /** Null for a completion that says nothing else. */
  @Nullable Settlement completion(@Nullable Object result, Emissions emissions) {
    if (result == null && emissions.isEmpty()) {
      return null;
    }
    var limits = consumption.limits();
    emissions.pass(consumption.interceptors());
    Payload payload = result == null ? null : codec().encode(result);
    MessageBatch emitted = emissions.encode(codec(), this, limits.maxMessageBytes());
    int bytes = emitted.length() + (payload == null ? 0 : payload.bytes().length);
    int max = limits.maxFrameBytes() - SETTLE_OVERHEAD_BYTES;
    if (bytes > max) {
      throw BrokerErrors.tooLarge("result and emitted messages", bytes, max);
    }
    return new Settlement.CompleteWith(epoch(), sequence(), payload, emitted);
  }

  final void settleWith(@Nullable Settlement how) {
    if (!trySettle(how, null)) {
      throw alreadySettled();
    }
  }

  final CompletableFuture<Void> settleAsyncWith(@Nullable Settlement how) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    if (!trySettle(how, done)) {
      throw alreadySettled();
    }
    return done;
  }

  /**
   * Settles unless it is already.
   *
   * @param how null for a plain completion
   * @param done completed when it is durable; null if nobody asks
   */
  final boolean trySettle(@Nullable Settlement how, @Nullable CompletableFuture<Void> done) {
    if (!SETTLED.compareAndSet(this, false, true)) {
      return false;
    }
    settlement = how;
    settling = done;
    consumption.settle(this);
    if (afters != null) {
      afters.ended(Verdict.of(how), failure);
    }
    return true;
  }

  /** Settles because of an exception, unless it is settled already. */
  final boolean tryFail(Throwable why, Settlement how) {
    failure = why;
    return trySettle(how, null);
  }

  /**
   * Its handling begins: tells the interceptors.
   *
   * @throws RuntimeException if one refuses; those before it are told when this is settled
   */
  final void begun(Interceptors interceptors) {
    Afters<Verdict> toTell = new Afters<>();
    afters = toTell;
    interceptors.beforeHandling(delivery(), toTell);
  }

  /** As those who handle it see it. */
  abstract Delivery delivery();

  /** Puts it aside without a word: it isn't ours any more, and was not begun. */
  final void drop() {
    if (SETTLED.compareAndSet(this, false, true)) {
      dropped = true;
      consumption.settle(this);
    }
  }

  final boolean isSettled() {
    return settled;
  }

  /** Gives it back uncounted, unless it is settled. */
  final void giveBack() {
    trySettle(new Settlement.Release(epoch(), sequence(), 1), null);
  }

  private IllegalStateException alreadySettled() {
    return new IllegalStateException(this + " is settled already");
  }

  public CompletableFuture<Void> extend(Duration lease) {
    int ms = (int) Numbers.requireMillis("lease", lease, 1).toMillis();
    return consumption.extend(lot, index, ms);
  }

  // ---- for the consumption

  /**
   * What is wrong with its bytes, or null.
   *
   * <p>The broker doesn't look into records; the checksum goes from client to client.
   */
  final @Nullable String defect() {
    try {
      record.check(lot.end());
    } catch (IllegalArgumentException e) {
      return String.valueOf(e.getMessage());
    }
    return record.isIntact() ? null : ErrorCode.CORRUPT_MESSAGE.help();
  }

  final Lot lot() {
    return lot;
  }

  final int index() {
    return index;
  }

  final @Nullable Settlement settlement() {
    return settlement;
  }

  final @Nullable CompletableFuture<Void> settling() {
    return settling;
  }

  final boolean isDropped() {
    return dropped;
  }

  final void failSettling(ParleyException reason) {
    if (settling != null) {
      settling.completeExceptionally(reason);
    }
  }

  private PayloadCodec codec() {
    return consumption.codec();
  }

  @Override
  public final @Nullable LeasedMessage linked() {
    return linked;
  }

  @Override
  public final void link(@Nullable LeasedMessage item) {
    linked = item;
  }
}
