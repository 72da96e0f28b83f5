package io.parley.load;

import io.parley.load.broker.Confirms;
import io.parley.load.broker.Sender;
import io.parley.load.broker.Traffic;
import io.parley.load.machine.TimerSlack;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * One connection that sends: as fast as its window allows, or at a fixed rate whatever happens.
 *
 * <p>Each message's intended time is kept in a ring until its confirm; a slot is free again then,
 * and not before, so confirms may come in any order.
 */
final class Producer implements Runnable, Confirms {
  private static final long FREE = Long.MIN_VALUE;
  private static final int RING_ROOMY = 65_536;

  /** A parked producer goes on when this part of its window is free, not for each message. */
  private static final int REFILL_PART = 4;

  /** How long to send what was due before the end, where the broker can't keep up. */
  private static final long CATCH_UP_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final long STRAGGLER_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);

  private final int index;
  private final TrafficRun run;
  private final Traffic traffic;
  private final LoadClock clock;
  private final Bodies bodies;
  private final SequenceSet confirmedNumbers;
  private final Recorder confirmTimes;
  private final Recorder lateness;
  private final long[] intended;

  /** With fewer open than this a parked producer goes on. */
  private final int refilled;

  private final AtomicLong ended = new AtomicLong();
  private final AtomicLong confirmed = new AtomicLong();

  /** Written by the producer's thread. */
  private final AtomicLong sent = new AtomicLong();

  private volatile long unsent;
  private volatile @Nullable Thread waiting;
  private volatile boolean stopped;

  private @Nullable Sender sender;

  Producer(int index, TrafficRun run) {
    this.index = index;
    this.run = run;
    this.traffic = run.traffic();
    this.clock = run.clock();
    this.bodies =
        new Bodies(traffic.sizeBytes(), run.noise(), (double) index / traffic.producers());
    this.confirmedNumbers = run.confirmedNumbers(index);
    this.confirmTimes = run.confirmTimes().of(index);
    this.lateness = run.lateness().of(index);
    this.intended = new long[slots(traffic.window())];
    this.refilled = traffic.window() - Math.max(1, traffic.window() / REFILL_PART) + 1;
    Arrays.fill(intended, FREE);
  }

  /** More than the window, where that is small, so that a late confirm holds nothing up. */
  private static int slots(int window) {
    int enough = Integer.highestOneBit(2 * window - 1);
    return Math.max(enough, Math.min(4 * enough, RING_ROOMY));
  }

  /** What it sends with; given once, before it runs. */
  void use(Sender connected) {
    sender = connected;
  }

  @Override
  public void run() {
    Sender to = sender;
    if (to == null) {
      throw new IllegalStateException("producer " + index + " has no sender");
    }
    try {
      if (traffic.isPaced()) {
        produceAtRate(to);
      } else {
        produceByWindow(to);
      }
      to.flush();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      run.fail(e);
    }
  }

  private void produceByWindow(Sender to) throws Exception {
    for (long number = 0; number < run.messagesOfProducer(index); number++) {
      if (!awaitRoom(to, number)) {
        return;
      }
      long now = clock.nanos();
      if (now - run.span().endNanos() >= 0) {
        return;
      }
      send(to, number, now);
    }
  }

  private void produceAtRate(Sender to) throws Exception {
    TimerSlack.minimize();
    double interval = 1e9 * traffic.producers() / traffic.perSecond();
    long begin = clock.nanos() + (long) (interval * index / traffic.producers());
    long end = run.span().endNanos();
    for (long number = 0; ; number++) {
      long due = begin + (long) (number * interval);
      if (due - end >= 0) {
        return;
      }
      if (due - clock.nanos() > 0) {
        to.flush();
        clock.awaitUntil(due);
      }
      if (!awaitRoom(to, number) || clock.nanos() - end > CATCH_UP_NANOS) {
        unsent = (long) Math.ceil((end - due) / interval);
        return;
      }
      if (run.span().contains(due)) {
        LatencyRecorders.record(lateness, clock.nanos() - due);
      }
      send(to, number, due);
    }
  }

  private void send(Sender to, long number, long at) throws Exception {
    SLOT.set(intended, slot(number), at);
    byte[] body = bodies.next();
    run.stamp().write(body, index, number, at);
    sent.setRelease(number + 1);
    int destination = traffic.queues() == 1 ? 0 : (int) (number % traffic.queues());
    to.send(number, destination, run.key(number), body);
  }

  // ---- the window

  /** Waits until a message of this number may be sent; false if none shall be any more. */
  private boolean awaitRoom(Sender to, long number) throws Exception {
    if (stopped) {
      return false;
    }
    if (hasRoom(number, traffic.window())) {
      return true;
    }
    to.flush();
    while (!stopped) {
      waiting = Thread.currentThread();
      if (hasRoom(number, refilled)) {
        waiting = null;
        return true;
      }
      if (number - ended.get() < refilled) {
        // There is room, but a message a whole ring ago is still open: others overtook it.
        LockSupport.parkNanos(this, STRAGGLER_NANOS);
      } else {
        LockSupport.park(this);
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
    return false;
  }

  private boolean hasRoom(long number, int window) {
    return number - ended.get() < window && (long) SLOT.getAcquire(intended, slot(number)) == FREE;
  }

  private int slot(long number) {
    return (int) number & (intended.length - 1);
  }

  /** Sends nothing more. Any thread. */
  void stop() {
    stopped = true;
    wake();
  }

  private void wake() {
    Thread thread = waiting;
    if (thread != null) {
      waiting = null;
      LockSupport.unpark(thread);
    }
  }

  // ---- confirms

  @Override
  public void confirmed(long number) {
    long now = clock.nanos();
    long at = (long) SLOT.get(intended, slot(number));
    if (run.span().contains(at)) {
      LatencyRecorders.record(confirmTimes, now - at);
    }
    confirmedNumbers.add(number);
    confirmed.incrementAndGet();
    end(number);
  }

  @Override
  public void answered(long number, byte[] answer) {
    if (!run.stamp().isOn(answer)
        || Stamp.producer(answer) != index
        || Stamp.number(answer) != number) {
      run.countWrongAnswer();
    }
    confirmed(number);
  }

  @Override
  public void failed(long number, String code) {
    run.countFailure(code);
    end(number);
  }

  private void end(long number) {
    SLOT.setRelease(intended, slot(number), FREE);
    long left = sent.get() - ended.incrementAndGet();
    if (left < refilled && waiting != null) {
      wake();
    }
  }

  // ---- how it stands; any thread

  long sent() {
    return sent.get();
  }

  long confirmed() {
    return confirmed.get();
  }

  /** Sent and neither confirmed nor failed. */
  long open() {
    long endedNow = ended.get();
    return sent.get() - endedNow;
  }

  /** Due before the end and not sent. */
  long unsent() {
    return unsent;
  }
}
