package io.parley.engine.catalog;

import io.parley.engine.destination.Destination;
import io.parley.protocol.model.TypePattern;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which inboxes want an event type: found by its name, without a look at any other inbox. Patterns
 * without a wildcard lie in a map by name; those with one in a tree by segment:
 *
 * <pre>
 *   shop.cart.*   shop.*.Done   shop.&gt;
 *
 *        ──shop──&gt; o ──cart──&gt; o ──*──&gt; o wanted
 *                  │ ──*─────&gt; o ──Done──&gt; o wanted
 *                  └ the rest wanted
 * </pre>
 *
 * <p>Memory only; follows the destinations' definitions.
 */
final class Interests {
  private static final Comparator<Destination> BY_ID = Comparator.comparingInt(Destination::id);

  private final Map<String, List<Destination>> exact = new HashMap<>();
  private final Segment root = new Segment();

  /** An inbox wants what its patterns say. */
  void add(Destination inbox) {
    for (TypePattern pattern : inbox.definition().patterns()) {
      if (pattern.isWildcard()) {
        root.add(pattern.text(), 0, inbox);
      } else {
        exact.merge(pattern.text(), List.of(inbox), Interests::joined);
      }
    }
  }

  /** An inbox no longer wants what its patterns say. Called before they change. */
  void remove(Destination inbox) {
    for (TypePattern pattern : inbox.definition().patterns()) {
      if (pattern.isWildcard()) {
        root.remove(pattern.text(), 0, inbox);
      } else {
        exact.computeIfPresent(
            pattern.text(), (type, wanting) -> nullIfEmpty(without(wanting, inbox)));
      }
    }
  }

  /** Nearly all are the only one to want their type: a list of one is small. */
  private static List<Destination> joined(List<Destination> some, List<Destination> more) {
    List<Destination> all = some.size() > 1 ? some : new ArrayList<>(some);
    all.addAll(more);
    return all;
  }

  private static List<Destination> without(List<Destination> some, Destination gone) {
    List<Destination> left = new ArrayList<>(some);
    left.remove(gone); // one at a time: an inbox may name a type twice
    return left.size() > 1 ? left : List.copyOf(left);
  }

  private static @Nullable List<Destination> nullIfEmpty(List<Destination> some) {
    return some.isEmpty() ? null : some;
  }

  /** Places in the tree that were made for patterns and still lead to one. */
  int places() {
    return root.places();
  }

  /** The inboxes that want a type, each once, in the order they were made. */
  List<Destination> in(String type) {
    Set<Destination> wanting = new TreeSet<>(BY_ID);
    wanting.addAll(exact.getOrDefault(type, List.of()));
    root.collect(type, 0, wanting);
    return List.copyOf(wanting);
  }

  /** A place in the tree; has no more than it needs, as there may be one for each inbox. */
  private static final class Segment {
    /** By what stands between dots: a name, {@code *}, or {@code >} at the end. */
    private Map<String, Segment> next = Map.of();

    private List<Destination> wanting = List.of();

    /** An inbox wants what fits a pattern from a position on. */
    void add(String pattern, int from, Destination inbox) {
      if (from > pattern.length()) {
        wanting = joined(wanting, List.of(inbox));
        return;
      }
      if (next.isEmpty()) {
        next = new HashMap<>(2);
      }
      int end = endOfSegment(pattern, from);
      next.computeIfAbsent(pattern.substring(from, end), name -> new Segment())
          .add(pattern, end + 1, inbox);
    }

    /** It no longer does; no place is left that leads to none. */
    void remove(String pattern, int from, Destination inbox) {
      if (from > pattern.length()) {
        wanting = without(wanting, inbox);
        return;
      }
      int end = endOfSegment(pattern, from);
      next.computeIfPresent(
          pattern.substring(from, end),
          (name, segment) -> {
            segment.remove(pattern, end + 1, inbox);
            return segment.next.isEmpty() && segment.wanting.isEmpty() ? null : segment;
          });
    }

    int places() {
      return next.values().stream().mapToInt(segment -> 1 + segment.places()).sum();
    }

    /** Adds the inboxes whose pattern from here on fits a type from a position on. */
    void collect(String type, int from, Set<Destination> into) {
      if (next.isEmpty()) {
        return;
      }
      Segment rest = next.get(">");
      if (rest != null && from < type.length()) {
        into.addAll(rest.wanting);
      }
      int end = endOfSegment(type, from);
      Segment named = next.get(type.substring(from, end));
      if (named != null) {
        named.collectAfter(type, end, into);
      }
      Segment any = next.get("*");
      if (any != null && end > from) {
        any.collectAfter(type, end, into);
      }
    }

    private void collectAfter(String type, int end, Set<Destination> into) {
      if (end == type.length()) {
        into.addAll(wanting);
      } else {
        collect(type, end + 1, into);
      }
    }

    private static int endOfSegment(String text, int from) {
      int dot = text.indexOf('.', from);
      return dot < 0 ? text.length() : dot;
    }
  }
}
