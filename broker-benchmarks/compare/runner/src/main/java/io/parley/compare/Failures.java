package io.parley.compare;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Names of what went wrong with a send. */
public final class Failures {
  private Failures() {}

  /** The class of the exception, or of what it wraps. */
  public static String codeOf(Throwable failure) {
    boolean wraps = failure instanceof CompletionException || failure instanceof ExecutionException;
    Throwable cause = wraps ? failure.getCause() : null;
    return (cause == null ? failure : cause).getClass().getSimpleName();
  }
}
