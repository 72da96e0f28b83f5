package io.parley.client;

import io.parley.protocol.model.MessageId;
import org.jspecify.annotations.Nullable;

/** What a handler has in hand; messages that go out of its thread are stamped with it. */
interface Cause {
  /** Id of the message in hand. */
  MessageId id();

  /** The conversation it belongs to; the one it begins, if to none. */
  MessageId conversationId();

  /** The one of the calling thread, or null outside handlers. */
  static @Nullable Cause ofThisThread() {
    return Holder.CURRENT.get();
  }

  /** Sets the one of the calling thread, for as long as a handler runs. */
  static void enter(Cause cause) {
    Holder.CURRENT.set(cause);
  }

  /** Takes it away again. */
  static void leave() {
    Holder.CURRENT.set(null);
  }

  /** Keeps the variable out of the interface. */
  final class Holder {
    private static final ThreadLocal<@Nullable Cause> CURRENT = new ThreadLocal<>();

    private Holder() {}
  }
}
