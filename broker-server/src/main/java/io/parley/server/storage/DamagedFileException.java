package io.parley.server.storage;

import java.nio.file.Path;

/** A stored file does not hold what was once written to it. */
final class DamagedFileException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Which file, and what about it. */
  DamagedFileException(Path file, String what) {
    super(file + ": " + what);
  }
}
