package io.parley.examples.retail;

import org.jspecify.annotations.Nullable;

/** A file is no CSV file of the retail data set; the message says where and what was expected. */
public final class RetailFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RetailFormatException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
