package io.parley.systemtests;

import io.parley.client.CommandCompletion;
import io.parley.client.CommandDelivery;
import io.parley.client.CommandResult;
import io.parley.client.Delivery;
import io.parley.client.EventCompletion;
import io.parley.client.EventDelivery;
import io.parley.client.EventResult;
import io.parley.client.LeaseLostException;
import io.parley.client.OutgoingMessage;
import io.parley.client.SettleInDoubtException;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.systemtests.history.Answer;
import io.parley.systemtests.history.Entry;
import io.parley.systemtests.history.History;
import io.parley.systemtests.history.Sent;
import io.parley.systemtests.history.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Handles what comes out of one queue or inbox, and notes it: completes, with and without results
 * and what it emits, rejects, fails, sets aside, gives back, or holds it for a while. What it does
 * with a message comes from the message's name.
 */
final class CrashHandler {
  private static final int HELD_MAX_MS = 1_500;
  private static final String REJECTION = CommandResult.NOT_ALLOWED_NOW;

  private final String place;
  private final History history;
  private final CrashWorkload workload;
  private final int maxAttempts;

  /** Those that were set aside, or given back, once: once is enough. */
  private final Set<String> odd = ConcurrentHashMap.newKeySet();

  private final AtomicInteger open = new AtomicInteger();
  private volatile boolean finishing;

  CrashHandler(String place, History history, CrashWorkload workload, int maxAttempts) {
    this.place = place;
    this.history = history;
    this.workload = workload;
    this.maxAttempts = maxAttempts;
  }

  /** From now on everything is completed at once. */
  void finish() {
    finishing = true;
  }

  /** Whether nothing is in hand, and all that was said is answered. */
  boolean isIdle() {
    return open.get() == 0;
  }

  /** A command that does what its name says. */
  void handle(CommandDelivery delivery) {
    CrashBody body = CrashBody.of(delivery);
    note(delivery, body);
    Random fate = fate(body.name());
    Plan plan = plan(body.name(), fate, delivery.attempt());
    List<Sent> emitted = new ArrayList<>();
    CommandResult result;
    Verdict verdict;
    switch (plan) {
      case REJECT -> {
        verdict = new Verdict(Verdict.Kind.REJECT, REJECTION);
        result = CommandResult.reject(REJECTION, body.name());
      }
      case FAIL -> {
        verdict = new Verdict(Verdict.Kind.FAIL, "Broken");
        result = CommandResult.fail("Broken", body.name());
      }
      case SET_ASIDE -> {
        verdict = new Verdict(Verdict.Kind.DEAD_LETTER, "Unreadable");
        result = CommandResult.deadLetter("Unreadable", body.name());
      }
      case RELEASE -> {
        verdict = new Verdict(Verdict.Kind.RELEASE, "");
        result = CommandResult.release();
      }
      default -> {
        String told = body.name() + "@" + delivery.epoch();
        verdict = new Verdict(Verdict.Kind.COMPLETE, told);
        CommandCompletion completion = CommandResult.complete(told);
        emitted.addAll(emissions(body.name(), delivery.epoch(), plan, fate));
        for (Sent each : emitted) {
          if (each.isEvent()) {
            completion.event(outgoing(each));
          } else {
            completion.command(outgoing(each));
          }
        }
        result = completion;
      }
    }
    say(delivery, body, plan, verdict, emitted, () -> delivery.settleAsync(result));
  }

  /** An event that does what its name says. */
  void handle(EventDelivery delivery) {
    CrashBody body = CrashBody.of(delivery);
    note(delivery, body);
    handle(delivery, body);
  }

  /** An event of some name: an outcome has no body to tell it. */
  void handle(EventDelivery delivery, CrashBody body) {
    Random fate = fate(body.name());
    Plan plan = plan(body.name(), fate, delivery.attempt());
    List<Sent> emitted = new ArrayList<>();
    EventResult result;
    Verdict verdict;
    switch (plan) {
      case FAIL -> {
        verdict = new Verdict(Verdict.Kind.FAIL, "Broken");
        result = EventResult.fail("Broken", body.name());
      }
      case SET_ASIDE -> {
        verdict = new Verdict(Verdict.Kind.DEAD_LETTER, "Unreadable");
        result = EventResult.deadLetter("Unreadable", body.name());
      }
      case RELEASE -> {
        verdict = new Verdict(Verdict.Kind.RELEASE, "");
        result = EventResult.release();
      }
      default -> {
        verdict = new Verdict(Verdict.Kind.COMPLETE, "");
        EventCompletion completion = EventResult.complete();
        if (plan == Plan.EMIT) {
          Sent told = CrashWorkload.emitted(body.name() + ">" + place, false, delivery.epoch());
          emitted.add(told);
          completion.command(outgoing(told));
        }
        result = completion;
      }
    }
    say(delivery, body, plan, verdict, emitted, () -> delivery.settleAsync(result));
  }

  /** What is done with a message. */
  private enum Plan {
    COMPLETE,
    EMIT,
    HOLD,
    REJECT,
    FAIL,
    SET_ASIDE,
    RELEASE
  }

  private Random fate(String name) {
    return new Random((place + name).hashCode() * 31L);
  }

  private Plan plan(String name, Random fate, int attempt) {
    int what = fate.nextInt(100);
    int failures = 1 + fate.nextInt(maxAttempts);
    if (finishing || workload.isSimple(place)) {
      return what < 65 && what >= 45 && !finishing ? Plan.EMIT : Plan.COMPLETE;
    }
    if (what < 45) {
      return Plan.COMPLETE;
    } else if (what < 65) {
      return Plan.EMIT;
    } else if (what < 75) {
      return Plan.REJECT; // events are completed
    } else if (what < 87) {
      boolean fails = attempt <= failures && !odd.contains(name);
      if (fails && attempt >= maxAttempts) {
        odd.add(name);
      }
      return fails ? Plan.FAIL : Plan.EMIT;
    } else if (what < 91) {
      return odd.add(name) ? Plan.SET_ASIDE : Plan.COMPLETE;
    } else if (what < 94) {
      return odd.add(name) ? Plan.RELEASE : Plan.COMPLETE;
    }
    return Plan.HOLD;
  }

  private static List<Sent> emissions(String name, long epoch, Plan plan, Random fate) {
    List<Sent> emitted = new ArrayList<>();
    if (plan == Plan.EMIT) {
      int events = 1 + fate.nextInt(2);
      for (int i = 0; i < events; i++) {
        emitted.add(CrashWorkload.emitted(name + ">" + i, true, epoch));
      }
      emitted.add(CrashWorkload.emitted(name + ">" + events, false, epoch));
    }
    return emitted;
  }

  private static OutgoingMessage outgoing(Sent message) {
    return OutgoingMessage.of(
        message.type(), new CrashBody(message.name(), message.underEpoch(), 0).text());
  }

  private void note(Delivery delivery, CrashBody body) {
    noteDelivered(delivery, body);
    workload.arrived(body.name(), delivery);
  }

  /** Notes that it came. */
  void noteDelivered(Delivery delivery, CrashBody body) {
    history.add(
        new Entry.Delivered(
            place,
            body.name(),
            delivery.sequence(),
            delivery.epoch(),
            delivery.attempt(),
            System.currentTimeMillis(),
            body.underEpoch()));
  }

  private void say(
      Delivery delivery,
      CrashBody body,
      Plan plan,
      Verdict verdict,
      List<Sent> emitted,
      Settle settle) {
    open.incrementAndGet();
    executor(plan, body)
        .execute(
            () -> {
              history.add(
                  new Entry.Settling(
                      place, body.name(), delivery.epoch(), delivery.attempt(), verdict, emitted));
              var unused =
                  settle.now().whenComplete((done, failure) -> answered(delivery, body, failure));
            });
  }

  private static Executor executor(Plan plan, CrashBody body) {
    if (plan == Plan.HOLD) {
      int ms = new Random(body.name().hashCode()).nextInt(HELD_MAX_MS);
      return CompletableFuture.delayedExecutor(ms, TimeUnit.MILLISECONDS);
    }
    return Runnable::run;
  }

  private void answered(Delivery delivery, CrashBody body, Throwable failure) {
    Answer answer;
    if (failure == null) {
      answer = Answer.ACCEPTED;
    } else if (failure instanceof LeaseLostException) {
      answer = Answer.LEASE_LOST;
    } else if (failure instanceof SettleInDoubtException) {
      answer = Answer.IN_DOUBT;
    } else {
      answer = Answer.REFUSED;
      if (!(failure instanceof ParleyException e && e.code() == ErrorCode.ALREADY_SETTLED)) {
        workload.mistake(place + ": settle of " + body.name() + ": " + failure);
      }
    }
    history.add(new Entry.Settled(place, body.name(), delivery.epoch(), answer));
    workload.settled();
    open.decrementAndGet();
  }

  private interface Settle {
    CompletableFuture<Void> now();
  }
}
