package io.parley.server.namespace;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.Names;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The namespaces of a broker: those that were there when it started, and those made since. Each has
 * a store, an owner thread and an engine of its own; nothing spans two of them.
 *
 * <p>Safe for use by any thread. Creating and deleting take as long as the disk does, one at a
 * time.
 */
public final class Namespaces implements AutoCloseable {
  /** Most namespaces of a broker. */
  public static final int MAX = 16;

  /** The one that always is there. */
  public static final String DEFAULT = "default";

  /** Beside a store while it is made. */
  private static final String RESERVED_SUFFIX = ".new";

  private final Factory factory;
  private final ConcurrentNavigableMap<String, Namespace> byName = new ConcurrentSkipListMap<>();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private boolean closed;

  /** Opens namespaces, and deletes what they keep. */
  public interface Factory {
    /** Opens one, and makes it if it isn't there. */
    Namespace open(String name);

    /**
     * Deletes all that a closed one kept. Once this returns, or fails, it is not there any more.
     */
    void delete(String name);
  }

  /** Is told of namespaces that come and go. */
  public interface Listener {
    /** One is there. */
    void opened(Namespace namespace);

    /** One is not found any more, and is closed next. */
    default void closing(Namespace namespace) {}
  }

  /** No namespaces yet. */
  public Namespaces(Factory factory) {
    this.factory = factory;
  }

  /** Opens those that are there, and the default one. */
  public synchronized void open(Set<String> names) {
    openOne(DEFAULT);
    names.stream().filter(name -> !byName.containsKey(name)).sorted().forEach(this::openOne);
  }

  private void openOne(String name) {
    Namespace namespace = factory.open(name);
    listeners.forEach(listener -> listener.opened(namespace));
    byName.put(name, namespace);
  }

  /** Tells of those that are there, and of all that come and go. Before others use them. */
  public synchronized void addListener(Listener listener) {
    listeners.add(listener);
    byName.values().forEach(listener::opened);
  }

  /** The one with a name, or null. */
  public @Nullable Namespace find(String name) {
    return byName.get(name);
  }

  /**
   * The one with a name.
   *
   * @throws ParleyException NAMESPACE_NOT_FOUND
   */
  public Namespace require(String name) {
    Namespace namespace = byName.get(name);
    if (namespace == null) {
      throw new ParleyException(
          ErrorCode.NAMESPACE_NOT_FOUND,
          "namespace: '" + name + "' (expected: one of " + byName.keySet() + ")");
    }
    return namespace;
  }

  /** All of them, by name. */
  public Collection<Namespace> all() {
    return byName.values();
  }

  /** Their names, sorted. */
  public List<String> names() {
    return List.copyOf(byName.keySet());
  }

  /**
   * Makes one; it is there, durably, when this returns.
   *
   * @throws ParleyException INVALID_NAME, INVALID_ARGUMENT if there is one, TOO_MANY,
   *     STORE_UNAVAILABLE
   */
  public synchronized void create(String name) {
    check(name);
    if (byName.containsKey(name)) {
      throw new ParleyException(
          ErrorCode.INVALID_ARGUMENT, "namespace: '" + name + "' (expected: a name not in use)");
    }
    if (byName.size() >= MAX) {
      throw new ParleyException(
          ErrorCode.TOO_MANY,
          "namespaces: " + (byName.size() + 1) + " (expected: at most " + MAX + ")");
    }
    openOne(name);
  }

  private void check(String name) {
    try {
      Names.require("namespace", name);
    } catch (IllegalArgumentException e) {
      throw new ParleyException(ErrorCode.INVALID_NAME, String.valueOf(e.getMessage()));
    }
    if (name.endsWith(RESERVED_SUFFIX) || name.startsWith(".")) {
      throw new ParleyException(
          ErrorCode.INVALID_NAME,
          "namespace: '" + name + "' (expected: no dot in front, and no '.new' at the end)");
    }
    if (closed) {
      throw new ParleyException(ErrorCode.GOING_AWAY, "the broker is stopping");
    }
  }

  /**
   * Deletes one with all that is in it; its clients are told, and it is gone when this returns.
   *
   * @throws ParleyException NAMESPACE_NOT_FOUND, INVALID_ARGUMENT for the default one
   */
  public synchronized void delete(String name) {
    Namespace namespace = require(name);
    if (name.equals(DEFAULT)) {
      throw new ParleyException(
          ErrorCode.INVALID_ARGUMENT, "namespace: 'default' (expected: one that was created)");
    }
    byName.remove(name);
    listeners.forEach(listener -> listener.closing(namespace));
    namespace.close();
    factory.delete(name);
  }

  /** Why one of them accepts no writes; null if all do. */
  public @Nullable String trouble() {
    for (Namespace namespace : byName.values()) {
      String trouble = namespace.trouble();
      if (trouble != null) {
        return byName.size() == 1 ? trouble : "namespace " + namespace.name() + ": " + trouble;
      }
    }
    return null;
  }

  @Override
  public synchronized void close() {
    closed = true;
    byName.values().forEach(Namespace::close);
  }
}
