package io.parley.server.admin;

import org.jspecify.annotations.Nullable;

/** Whether the broker accepts durable writes now. Safe for use by any thread; never blocks. */
@FunctionalInterface
public interface Readiness {
  /** Why it doesn't, for people, in one line; null while it does. */
  @Nullable String notReadyReason();
}
