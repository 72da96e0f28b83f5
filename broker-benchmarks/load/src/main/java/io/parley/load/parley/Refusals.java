package io.parley.load.parley;

import io.parley.protocol.ParleyException;
import java.util.concurrent.CompletionException;

/** Names of what went wrong. */
final class Refusals {
  private Refusals() {}

  /** The error's code, else the exception's class. */
  static String codeOf(Throwable refused) {
    Throwable cause =
        refused instanceof CompletionException e && e.getCause() != null ? e.getCause() : refused;
    return cause instanceof ParleyException e ? e.code().name() : cause.getClass().getSimpleName();
  }
}
