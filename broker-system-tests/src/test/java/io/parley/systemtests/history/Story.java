package io.parley.systemtests.history;

import io.parley.protocol.model.OutcomeStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A small history, told line by line. Times are milliseconds from 0. */
final class Story {
  static final int MAX_ATTEMPTS = 3;

  private static final List<Place> PLACES =
      List.of(
          new Place("worker", Set.of("Work"), false),
          new Place("clerk", Set.of("Note"), true),
          new Place("auditor", Set.of("Done"), false),
          new Place("mirror", Set.of("Done"), false),
          new Place("outcomes", Set.of(), false));

  /** Which start of the broker an epoch is of is in its high bits. */
  private static final long FIRST_OF_BOOT = 1L << 40;

  final History history = new History(PLACES, MAX_ATTEMPTS);
  private final Map<String, Entry.Delivered> last = new HashMap<>();
  private int number;
  private long boot;
  private long epoch;

  Story() {
    starts(0);
  }

  // ---- messages

  /** A plain command for the worker. */
  Sent work(String name) {
    return message(name, false, "Work", null, 0, 0, false, false);
  }

  Sent work(String name, String key) {
    return message(name, false, "Work", key, 0, 0, false, false);
  }

  Sent later(String name, long notBeforeMs) {
    return message(name, false, "Work", null, notBeforeMs, 0, false, false);
  }

  Sent expiring(String name, long expiresAtMs) {
    return message(name, false, "Work", null, 0, expiresAtMs, false, false);
  }

  Sent tracked(String name) {
    return message(name, false, "Work", null, 0, 0, true, false);
  }

  Sent toInbox(String name) {
    return message(name, false, "Work", null, 0, 0, true, true);
  }

  /** A command for the clerk. */
  Sent note(String name) {
    return message(name, false, "Note", null, 0, 0, false, false);
  }

  /** An event for auditor and mirror. */
  Sent event(String name) {
    return message(name, true, "Done", null, 0, 0, false, false);
  }

  private Sent message(
      String name,
      boolean isEvent,
      String type,
      String key,
      long notBeforeMs,
      long expiresAtMs,
      boolean isTracked,
      boolean wantsInbox) {
    return new Sent(
        name,
        isEvent,
        type,
        key,
        "sender",
        number++,
        notBeforeMs,
        expiresAtMs,
        isTracked,
        wantsInbox,
        0);
  }

  private Sent emitted(String name, boolean isEvent, long underEpoch) {
    return new Sent(
        name, isEvent, isEvent ? "Done" : "Note", null, "", 0, 0, 0, false, false, underEpoch);
  }

  // ---- what happens

  Story add(Entry entry) {
    history.add(entry);
    return this;
  }

  Story isSent(Sent message) {
    return add(new Entry.Sending(message)).add(new Entry.Confirmed(message.name()));
  }

  /** First attempt, under the next epoch. */
  Story comes(String place, String name, long sequence) {
    return comes(place, name, sequence, 1, 1_000_000, 0);
  }

  Story comes(String place, String name, long sequence, int attempt, long atMs, long under) {
    return comesUnder(++epoch, place, name, sequence, attempt, atMs, under);
  }

  Story comesUnder(
      long theEpoch, String place, String name, long sequence, int attempt, long atMs, long under) {
    Entry.Delivered delivered =
        new Entry.Delivered(place, name, sequence, theEpoch, attempt, atMs, under);
    last.put(place + name, delivered);
    return add(delivered);
  }

  /** Its last holder says something of it, and that counts. */
  Story says(String place, String name, Verdict.Kind kind) {
    return says(place, name, kind, "", Answer.ACCEPTED);
  }

  Story says(String place, String name, Verdict.Kind kind, String text, Answer answer) {
    return begins(place, name, kind, text).ends(place, name, answer);
  }

  Story begins(String place, String name, Verdict.Kind kind, String text) {
    Entry.Delivered is = last.get(place + name);
    return add(
        new Entry.Settling(
            place, name, is.epoch(), is.attempt(), new Verdict(kind, text), List.of()));
  }

  Story ends(String place, String name, Answer answer) {
    return add(new Entry.Settled(place, name, epochOf(place, name), answer));
  }

  /** Its last holder completes it with an event NAME>0 and a note NAME>1. */
  Story emits(String place, String name, Answer answer) {
    Entry.Delivered is = last.get(place + name);
    return add(new Entry.Settling(
            place,
            name,
            is.epoch(),
            is.attempt(),
            new Verdict(Verdict.Kind.COMPLETE, ""),
            List.of(
                emitted(name + ">0", true, is.epoch()), emitted(name + ">1", false, is.epoch()))))
        .ends(place, name, answer);
  }

  long epochOf(String place, String name) {
    return last.get(place + name).epoch();
  }

  /** Comes once and is completed. */
  Story isHandled(String place, String name, long sequence) {
    return comes(place, name, sequence).says(place, name, Verdict.Kind.COMPLETE);
  }

  Story isHandledAsEmitted(String place, String name, long sequence, long under) {
    return comes(place, name, sequence, 1, 1_000_000, under)
        .says(place, name, Verdict.Kind.COMPLETE);
  }

  Story isTold(String name, OutcomeStatus status, String text) {
    return add(new Entry.Told(name, status, text));
  }

  /** The outcome inbox tells it, and that is handled. */
  Story isToldInInbox(String id, String command, OutcomeStatus status, String text, long sequence) {
    return comes("outcomes", id, sequence)
        .add(new Entry.ToldInInbox(id, command, status, text))
        .says("outcomes", id, Verdict.Kind.COMPLETE);
  }

  Story isRedriven(String place) {
    return add(new Entry.Redriving(place)).add(new Entry.Redriven(place));
  }

  Story isKilled() {
    return add(new Entry.Killing());
  }

  Story starts(long atMs) {
    boot++;
    epoch = boot * FIRST_OF_BOOT;
    return add(new Entry.Starting(atMs));
  }

  /** Names of the rules that are broken. */
  List<String> broken() {
    return Rules.check(history).stream().map(Violation::rule).distinct().toList();
  }
}
