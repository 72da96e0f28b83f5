package io.parley.client;

import io.parley.protocol.ParleyException;
import io.parley.protocol.model.ErrorClass;
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
  private final Map<String, Handling<D>> byType = new HashMap<>();
  private final List<ByPattern<D>> byPattern = new ArrayList<>();

  /** Does what is to be done with messages of one type or pattern. */
  interface Handling<D extends LeasedMessage> {
    void handle(D message, Consumption<D> source) throws Exception;
  }

  /** Calls a handler and settles. */
  interface HandlerCall<D, B> {
    void handle(B body, D delivery) throws Exception;
  }

  private record ByPattern<D extends LeasedMessage>(TypePattern pattern, Handling<D> handling) {}

  /**
   * Adds a handler that gets one message at a time.
   *
   * @throws IllegalArgumentException if the type or pattern has one, or is none
   */
  <B> void add(String pattern, Class<B> bodyType, HandlerCall<D, B> call) {
    add(pattern, (message, source) -> handle(message, bodyType, call));
  }

  /**
   * Adds what is to be done with messages.
   *
   * @throws IllegalArgumentException if the type or pattern has something, or is none
   */
  void add(String pattern, Handling<D> handling) {
    TypePattern parsed = new TypePattern(pattern);
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
  public void receive(D message, Consumption<D> source) throws Exception {
    Handling<D> handling = find(message.type());
    if (handling == null) {
      String text = "no handler for type '" + message.type() + "'";
      message.trySettle(message.fail(ErrorClass.UNHANDLED_TYPE.name(), text, true), null);
    } else {
      handling.handle(message, source);
    }
  }

  /** What is to be done with messages of a type; null if nobody said. */
  @Nullable Handling<D> find(String type) {
    Handling<D> exact = byType.get(type);
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

  private static <D extends LeasedMessage, B> void handle(
      D message, Class<B> bodyType, HandlerCall<D, B> call) throws Exception {
    B body;
    try {
      body = message.body(bodyType);
    } catch (RuntimeException e) {
      undecodable(message, e);
      return;
    }
    call.handle(body, message);
  }

  /** Dead-letters a message whose body can't be decoded. */
  static void undecodable(LeasedMessage message, RuntimeException why) {
    String text =
        why instanceof ParleyException ? String.valueOf(why.getMessage()) : why.toString();
    message.trySettle(message.fail(ErrorClass.UNDECODABLE.name(), text, true), null);
  }
}
