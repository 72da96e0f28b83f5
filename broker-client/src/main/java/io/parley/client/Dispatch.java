package io.parley.client;

import io.parley.protocol.ParleyException;
import io.parley.protocol.model.TypePattern;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the handler for a message's type, decodes the body for it, and settles with what it says.
 * Handler threads; not changed once messages come.
 *
 * @param <D> messages of either kind
 */
final class Dispatch<D extends LeasedMessage> implements Consumption.Receiver<D> {
  /** Error class of a message whose body is none of its type's; dead-lettered at once. */
  static final String UNDECODABLE = "UNDECODABLE";

  /** Error class of a message nobody here has a handler for; dead-lettered at once. */
  static final String UNHANDLED_TYPE = "UNHANDLED_TYPE";

  private final Map<String, Handling<D, ?>> byType = new HashMap<>();
  private final List<ByPattern<D>> byPattern = new ArrayList<>();

  /** Calls a handler and settles. */
  interface HandlerCall<D, B> {
    void handle(B body, D delivery) throws Exception;
  }

  private record Handling<D, B>(Class<B> bodyType, HandlerCall<D, B> call) {}

  private record ByPattern<D>(TypePattern pattern, Handling<D, ?> handling) {}

  /**
   * Adds a handler.
   *
   * @throws IllegalArgumentException if the type or pattern has one, or is none
   */
  <B> void add(String pattern, Class<B> bodyType, HandlerCall<D, B> call) {
    TypePattern parsed = new TypePattern(pattern);
    Handling<D, B> handling = new Handling<>(bodyType, call);
    boolean isTwice =
        parsed.isWildcard()
            ? byPattern.stream().anyMatch(entry -> entry.pattern().equals(parsed))
            : byType.containsKey(pattern);
    if (isTwice) {
      throw new IllegalArgumentException(
          "handler for '" + pattern + "' given twice (expected: one per type)");
    }
    if (parsed.isWildcard()) {
      byPattern.add(new ByPattern<>(parsed, handling));
    } else {
      byType.put(pattern, handling);
    }
  }

  boolean isEmpty() {
    return byType.isEmpty() && byPattern.isEmpty();
  }

  @Override
  public void receive(D message) throws Exception {
    Handling<D, ?> handling = find(message.type());
    if (handling == null) {
      message.trySettle(
          message.fail(UNHANDLED_TYPE, "no handler for type '" + message.type() + "'", true), null);
    } else {
      handle(message, handling);
    }
  }

  private @Nullable Handling<D, ?> find(String type) {
    Handling<D, ?> exact = byType.get(type);
    if (exact != null) {
      return exact;
    }
    for (ByPattern<D> entry : byPattern) {
      if (entry.pattern().matches(type)) {
        return entry.handling();
      }
    }
    return null;
  }

  private static <D extends LeasedMessage, B> void handle(D message, Handling<D, B> handling)
      throws Exception {
    B body;
    try {
      body = message.body(handling.bodyType());
    } catch (RuntimeException e) {
      String why = e instanceof ParleyException ? String.valueOf(e.getMessage()) : e.toString();
      message.trySettle(message.fail(UNDECODABLE, why, true), null);
      return;
    }
    handling.call().handle(body, message);
  }
}
