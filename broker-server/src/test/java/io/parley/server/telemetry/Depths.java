package io.parley.server.telemetry;

import io.parley.server.admin.AdminApi;
import io.parley.server.admin.DestinationDepth;
import io.parley.server.admin.DestinationKind;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Knows queues and subscriptions and how full they are, and nothing else. */
final class Depths {
  private final List<DestinationDepth> depths = new ArrayList<>();

  /** When set, the answer to everything. */
  CompletableFuture<?> failure;

  void addQueue(String name, int ready) {
    depths.add(depth(DestinationKind.QUEUE, name, ready));
  }

  void addFirst(String name, int ready) {
    depths.add(0, depth(DestinationKind.QUEUE, name, ready));
  }

  void removeFirst() {
    depths.remove(0);
  }

  void addSubscription(String name, int ready) {
    depths.add(depth(DestinationKind.INBOX, name, ready));
  }

  private static DestinationDepth depth(DestinationKind kind, String name, int ready) {
    return new DestinationDepth(
        kind,
        name,
        ready,
        1,
        2,
        3,
        4,
        false,
        kind == DestinationKind.INBOX,
        false,
        Duration.ofHours(5));
  }

  /** Where it is asked. */
  AdminApi api() {
    return (AdminApi)
        Proxy.newProxyInstance(
            AdminApi.class.getClassLoader(), new Class<?>[] {AdminApi.class}, this::answer);
  }

  private Object answer(Object proxy, Method method, Object[] arguments) {
    if (method.getName().equals("namespaces")) {
      return List.of("default");
    }
    if (!method.getName().equals("depths")) {
      throw new UnsupportedOperationException(method.getName());
    }
    return failure == null ? CompletableFuture.completedFuture(List.copyOf(depths)) : failure;
  }
}
