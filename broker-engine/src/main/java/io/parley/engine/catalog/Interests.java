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
        root.place(pattern.text()).add(inbox);
      } else {
        exact.merge(pattern.text(), List.of(inbox), Interests::joined);
      }
    }
  }

  /** An inbox no longer wants what its patterns say. Called before they change. */
  void remove(Destination inbox) {
    for (TypePattern pattern : inbox.definition().patterns()) {
      if (pattern.isWildcard()) {
        root.place(pattern.text()).remove(inbox);
      } else {
        exact.computeIfPresent(pattern.text(), (type, wanting) -> without(wanting, inbox));
      }
    }
  }

  /** Nearly all are the only one to want their type: a list of one is small. */
  private static List<Destination> joined(List<Destination> some, List<Destination> more) {
    List<Destination> all = some.size() > 1 ? some : new ArrayList<>(some);
    all.addAll(more);
    return all;
  }

  private static @Nullable List<Destination> without(List<Destination> some, Destination gone) {
    List<Destination> left = new ArrayList<>(some);
    left.remove(gone); // one at a time: an inbox may name a type twice
    return left.isEmpty() ? null : left.size() == 1 ? List.of(left.get(0)) : left;
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
    private Map<String, Segment> next = Map.of();
    private @Nullable Segment any;
    private @Nullable Segment rest;
    private List<Destination> wanting = List.of();

    /** The list of inboxes with a pattern. */
    List<Destination> place(String pattern) {
      Segment at = this;
      for (int from = 0; from <= pattern.length(); ) {
        int end = endOfSegment(pattern, from);
        at = at.make(pattern.substring(from, end));
        from = end + 1;
      }
      if (at.wanting.isEmpty()) {
        at.wanting = new ArrayList<>(1);
      }
      return at.wanting;
    }

    private Segment make(String segment) {
      if (segment.equals("*")) {
        any = any == null ? new Segment() : any;
        return any;
      }
      if (segment.equals(">")) {
        rest = rest == null ? new Segment() : rest;
        return rest;
      }
      if (next.isEmpty()) {
        next = new HashMap<>(2);
      }
      return next.computeIfAbsent(segment, made -> new Segment());
    }

    /** Adds the inboxes whose pattern from here on fits a type from a position on. */
    void collect(String type, int from, Set<Destination> into) {
      if (rest != null && from < type.length()) {
        into.addAll(rest.wanting);
      }
      int end = endOfSegment(type, from);
      Segment named = next.isEmpty() ? null : next.get(type.substring(from, end));
      if (named != null) {
        named.collectAfter(type, end, into);
      }
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
