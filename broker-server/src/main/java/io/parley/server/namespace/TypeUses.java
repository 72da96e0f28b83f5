package io.parley.server.namespace;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Who sends, publishes, asks and answers which type, since the broker started. Connections note
 * what they see now and then, not each message. Any thread.
 *
 * <p>Bounded: {@link #MAX} services and types; what comes on top is counted, not noted.
 */
public final class TypeUses {
  /** Most uses. */
  public static final int MAX = 100_000;

  private final int max;
  private final long sinceMs;
  private final Map<String, Map<Key, Times>> byType = new ConcurrentHashMap<>();
  private final AtomicLong count = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();

  /** What a service does with a type; {@code what} is the caller's number for it. */
  public record Key(String service, int what) {}

  /**
   * A use, with times in milliseconds since the epoch.
   *
   * @param what the number it was noted with
   */
  public record Use(String service, int what, long firstSeenMs, long lastSeenMs) {}

  private record Times(long firstMs, long lastMs) {}

  /** Nothing is known yet. */
  public TypeUses(long nowMs) {
    this(nowMs, MAX);
  }

  TypeUses(long nowMs, int max) {
    this.sinceMs = nowMs;
    this.max = max;
  }

  /** From when on uses are known, milliseconds since the epoch. */
  public long sinceMs() {
    return sinceMs;
  }

  /** How often a use was not noted because there were too many. */
  public long lost() {
    return lost.get();
  }

  /** A service does something with a type. */
  public void seen(String service, String type, int what, long nowMs) {
    Map<Key, Times> uses = byType.get(type);
    Key key = new Key(service, what);
    Times before = uses == null ? null : uses.get(key);
    if (before == null && count.incrementAndGet() > max) {
      count.decrementAndGet();
      lost.incrementAndGet();
      return;
    }
    byType
        .computeIfAbsent(type, name -> new ConcurrentHashMap<>(2))
        .merge(
            key,
            new Times(nowMs, nowMs),
            (known, now) -> {
              if (before == null) {
                count.decrementAndGet(); // another connection was quicker
              }
              return new Times(known.firstMs, Math.max(known.lastMs, nowMs));
            });
  }

  /** The uses of a type, by service. */
  public List<Use> of(String type) {
    List<Use> uses = new ArrayList<>();
    byType
        .getOrDefault(type, Map.of())
        .forEach(
            (key, times) ->
                uses.add(new Use(key.service(), key.what(), times.firstMs, times.lastMs)));
    uses.sort(Comparator.comparing(Use::service).thenComparingInt(Use::what));
    return uses;
  }
}
