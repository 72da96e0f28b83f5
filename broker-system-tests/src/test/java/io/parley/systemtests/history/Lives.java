package io.parley.systemtests.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A history by its messages. */
final class Lives {
  /** The lease epoch's high bits tell the broker's starts apart. */
  private static final int BOOT_SHIFT = 40;

  /** Something told of a command; number is the entry's. */
  record Telling(int number, Entry.Told is) {}

  /** Dead letters are put back between these entries. */
  private record Redrive(int from, int to) {}

  final History history;
  final Map<String, Sent> sent = new LinkedHashMap<>();

  /** Messages of a completion that may not have counted. */
  final Map<String, Sent> emitted = new LinkedHashMap<>();

  final Map<String, Integer> confirmed = new LinkedHashMap<>();
  final Map<String, Map<String, Copy>> copies = new LinkedHashMap<>();
  final Map<String, Integer> cancelling = new HashMap<>();
  final Set<String> cancelled = new HashSet<>();
  final Map<String, List<Telling>> told = new LinkedHashMap<>();
  final Map<String, List<Entry.ToldInInbox>> toldInInbox = new LinkedHashMap<>();
  final Map<Integer, Entry.Asking> asked = new LinkedHashMap<>();
  final Map<Integer, Entry.Answered> answered = new LinkedHashMap<>();
  private final Map<String, List<Redrive>> redrives = new HashMap<>();
  private final TreeSet<Integer> kills = new TreeSet<>();
  private final Map<Long, Integer> firstOfBoot = new HashMap<>();
  private final Map<Long, Long> startOfBoot = new HashMap<>();
  private Entry.@Nullable Starting running;

  Lives(History history) {
    this.history = history;
    int number = 0;
    for (Entry entry : history.entries()) {
      add(number++, entry);
    }
  }

  private void add(int number, Entry entry) {
    if (entry instanceof Entry.Sending sending) {
      sent.putIfAbsent(sending.message().name(), sending.message());
    } else if (entry instanceof Entry.Confirmed is) {
      confirmed.putIfAbsent(is.name(), number);
    } else if (entry instanceof Entry.Delivered is) {
      copy(is.place(), is.name()).delivered(number, is);
      // Noted between two processes, it is from the one that is gone.
      if (firstOfBoot.putIfAbsent(boot(is.epoch()), running == null ? -1 : number) == null
          && running != null) {
        startOfBoot.put(boot(is.epoch()), running.atMs());
      }
    } else if (entry instanceof Entry.Settling is) {
      copy(is.place(), is.name()).settling(number, is);
      is.emitted().forEach(message -> emitted.putIfAbsent(message.name(), message));
    } else if (entry instanceof Entry.Settled is) {
      copy(is.place(), is.name()).settled(number, is);
    } else if (entry instanceof Entry.Cancelling is) {
      cancelling.putIfAbsent(is.name(), number);
    } else if (entry instanceof Entry.Cancelled is) {
      cancelled.add(is.name());
    } else if (entry instanceof Entry.Redriving is) {
      redrives(is.place()).add(new Redrive(number, Integer.MAX_VALUE));
    } else if (entry instanceof Entry.Redriven is) {
      redrives(is.place())
          .replaceAll(redrive -> redrive.to < number ? redrive : new Redrive(redrive.from, number));
    } else if (entry instanceof Entry.Told is) {
      told.computeIfAbsent(is.command(), command -> new ArrayList<>()).add(new Telling(number, is));
    } else if (entry instanceof Entry.ToldInInbox is) {
      List<Entry.ToldInInbox> all =
          toldInInbox.computeIfAbsent(is.command(), command -> new ArrayList<>());
      if (!all.contains(is)) { // one that is delivered again says the same again
        all.add(is);
      }
    } else if (entry instanceof Entry.Asking is) {
      asked.put(is.number(), is);
    } else if (entry instanceof Entry.Answered is) {
      answered.put(is.number(), is);
    } else if (entry instanceof Entry.Killing) {
      kills.add(number);
      running = null;
    } else if (entry instanceof Entry.Starting is) {
      running = is;
    }
  }

  static long boot(long epoch) {
    return epoch >>> BOOT_SHIFT;
  }

  private Copy copy(String place, String name) {
    return copies
        .computeIfAbsent(place, unused -> new LinkedHashMap<>())
        .computeIfAbsent(name, unused -> new Copy(place, name));
  }

  List<Copy> allCopies() {
    List<Copy> all = new ArrayList<>();
    copies.values().forEach(place -> all.addAll(place.values()));
    return all;
  }

  @Nullable Copy find(String place, String name) {
    Map<String, Copy> there = copies.get(place);
    return there == null ? null : there.get(name);
  }

  /** The message, sent by itself or emitted; null if nobody knows it. */
  @Nullable Sent message(String name) {
    Sent message = sent.get(name);
    return message == null ? emitted.get(name) : message;
  }

  /** Where a message belongs. */
  List<Place> placesOf(Sent message) {
    return history.places().stream().filter(place -> place.wants(message)).toList();
  }

  private List<Redrive> redrives(String place) {
    return redrives.computeIfAbsent(place, unused -> new ArrayList<>());
  }

  /** Whether a place's dead letters may have been put back between two entries. */
  boolean wasRedriven(String place, int from, int to) {
    return redrives(place).stream().anyMatch(redrive -> redrive.from < to && redrive.to > from);
  }

  /** Whether the broker that gave out this epoch wasn't killed before an entry. */
  boolean livesAt(long epoch, int number) {
    int first = firstOfBoot.getOrDefault(boot(epoch), -1);
    Integer kill = kills.higher(first);
    return first >= 0 && (kill == null || kill > number);
  }

  /** Time before which this epoch wasn't given out; 0 if that isn't known. */
  long notGivenBefore(long epoch) {
    return startOfBoot.getOrDefault(boot(epoch), 0L);
  }

  /** What the ledger says at last; null if it wasn't asked. */
  Entry.@Nullable Told lastTold(String command) {
    List<Telling> all = told.get(command);
    return all == null ? null : all.get(all.size() - 1).is;
  }

  /** Whether a command ended otherwise than by a handler, as the ledger says. */
  boolean endedAlone(String command) {
    Entry.Told last = lastTold(command);
    return last != null
        && switch (last.status()) {
          case EXPIRED, CANCELLED -> true;
          default -> false;
        };
  }
}
