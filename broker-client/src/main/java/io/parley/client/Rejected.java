package io.parley.client;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A command refused for good. */
record Rejected(String code, String reason) implements CommandResult {
  private static final int CODE_MAX_BYTES = 200;

  /** Checks the code. */
  Rejected {
    int bytes = code.getBytes(UTF_8).length;
    if (bytes == 0 || bytes > CODE_MAX_BYTES) {
      throw new IllegalArgumentException(
          "rejection code: " + bytes + " bytes (expected: 1 to " + CODE_MAX_BYTES + ")");
    }
  }
}
