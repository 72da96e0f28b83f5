package io.parley.engine.destination;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** One consumer of a destination: its credit and what it holds. Memory only. Owner thread. */
public final class Consumer {
  /** Bytes that may be on their way to the consumer's sink before it gets nothing more. */
  static final int ON_THEIR_WAY_MAX_BYTES = 1024 * 1024;

  /**
   * How much handling is worth a delivery of its own. To carry a message to a consumer, wake it and
   * hear of the settlement costs a hundred times what a quick handler does.
   */
  private static final int PIECE_MICROS = 1_000;

  private static final Set<Lease> NONE = Set.of();

  private final Destination destination;
  private final DeliverySink sink;
  private final int leaseMs;
  private final LeaseDeadlines deadlines;
  private final OnTheirWay all;
  private Set<Lease> leases = NONE;
  private int credit;
  private long delivered;
  private long started;
  private int onTheirWayBytes;
  private boolean closed;
  private int piece = 1;
  private long nextExpiryMs = Long.MAX_VALUE;

  /** Which one it is among all, in the order they came. */
  final long number;

  /** Its place among {@link LeaseDeadlines}: theirs alone. */
  long queuedAtMs = Long.MAX_VALUE;

  Consumer(
      Destination destination,
      DeliverySink sink,
      int leaseMs,
      LeaseDeadlines deadlines,
      OnTheirWay all) {
    this.destination = destination;
    this.sink = sink;
    this.leaseMs = leaseMs;
    this.deadlines = deadlines;
    this.all = all;
    this.number = deadlines.nextNumber();
  }

  /** Where it consumes. */
  public Destination destination() {
    return destination;
  }

  /** How long its deliveries are its own. */
  public int leaseMs() {
    return leaseMs;
  }

  /** Messages it can take now. */
  public int credit() {
    return credit;
  }

  /**
   * Takes more credit.
   *
   * @return what it has now, capped at {@code max}
   */
  public int addCredit(int messages, int max) {
    credit = (int) Math.min((long) credit + messages, max);
    return credit;
  }

  /** How many of its deliveries have begun to be handled; they begin in order. */
  public long started() {
    return started;
  }

  /**
   * Learns that handling has begun up to a delivery. Never goes back, nor past what was delivered.
   */
  public void started(long deliveries) {
    started = Math.max(started, Math.min(deliveries, delivered));
  }

  /** Learns how long it takes to handle a message, in microseconds; 0 if it doesn't say. */
  public void handlingTakes(int micros) {
    piece = micros == 0 ? 1 : Math.max(1, PIECE_MICROS / micros);
  }

  /** How many messages it gets at once even if others would have none then. */
  int piece() {
    return piece;
  }

  /** What it holds returns uncounted, as if no handling had begun: it left in good order. */
  public void forgetStarted() {
    started = 0;
  }

  /** Whether a delivery may go out. */
  boolean isReady() {
    return credit > 0
        && !closed
        && onTheirWayBytes < ON_THEIR_WAY_MAX_BYTES
        && !all.isFull()
        && sink.isWritable();
  }

  /** Whether it gets no more in this turn of what would have to be read. */
  boolean hasReadEnough() {
    return all.hasReadEnough();
  }

  Delivery deliver(long epoch, List<LeasedSegment> segments, int bytes) {
    onTheirWayBytes += bytes;
    all.add(bytes);
    return new Delivery(this, epoch, segments, bytes);
  }

  /** A delivery went out; returns whether there was no room for another before. */
  boolean sent(int bytes) {
    boolean full = onTheirWayBytes >= ON_THEIR_WAY_MAX_BYTES;
    onTheirWayBytes -= bytes;
    all.add(-bytes);
    return full;
  }

  boolean isClosed() {
    return closed;
  }

  /** What it can take and has now. */
  public ConsumerStanding standing() {
    boolean reading = onTheirWayBytes < ON_THEIR_WAY_MAX_BYTES && sink.isWritable();
    long ends = Long.MAX_VALUE;
    for (Lease lease : leases) {
      ends = Math.min(ends, lease.expiresAtMs);
    }
    return new ConsumerStanding(
        sink.holder(), credit, held(), reading, leases.isEmpty() ? 0 : ends);
  }

  /** No further deliveries. */
  public void close() {
    closed = true;
  }

  /** Messages it holds. */
  public int held() {
    int held = 0;
    for (Lease lease : leases) {
      held += lease.held;
    }
    return held;
  }

  DeliverySink sink() {
    return sink;
  }

  Set<Lease> leases() {
    return leases;
  }

  Lease lease(long epoch, long firstSequence, int count, long nowMs) {
    Lease lease = new Lease(this, epoch, firstSequence, count, delivered + 1, nowMs + leaseMs);
    add(lease);
    delivered += count;
    credit -= count;
    return lease;
  }

  private void add(Lease lease) {
    if (leases == NONE) {
      leases = new LinkedHashSet<>();
    }
    leases.add(lease);
    expiresBy(lease.expiresAtMs);
  }

  private void expiresBy(long timeMs) {
    if (timeMs < nextExpiryMs) {
      nextExpiryMs = timeMs;
      deadlines.expiresBy(this, timeMs);
    }
  }

  /** A lease lasts until another time. */
  void prolong(Lease lease, long expiresAtMs) {
    lease.expiresAtMs = expiresAtMs;
    expiresBy(expiresAtMs);
  }

  /** Makes a lease of its own for some of a lease's messages, which lasts until another time. */
  Lease split(Lease lease, long firstSequence, int count, long expiresAtMs) {
    Lease own = lease.part(firstSequence, count, expiresAtMs);
    add(own);
    lease.held -= count;
    return own;
  }

  /** The leases whose time is over; the others' times are asked for again. */
  List<Lease> expired(long nowMs) {
    List<Lease> expired = new ArrayList<>(0);
    long next = Long.MAX_VALUE;
    for (Lease lease : leases) {
      if (lease.expiresAtMs <= nowMs) {
        expired.add(lease);
      } else {
        next = Math.min(next, lease.expiresAtMs);
      }
    }
    nextExpiryMs = Long.MAX_VALUE;
    expiresBy(next);
    return expired;
  }

  /** One message no longer points at the lease. */
  void letGo(Lease lease) {
    if (--lease.held == 0) {
      leases.remove(lease);
    }
  }
}
