package io.parley.compare;

import java.nio.file.Path;
import java.security.CodeSource;

/** Versions of libraries, by the jars they came in. */
public final class Jars {
  private Jars() {}

  /** The name and version of the jar that this class came in, such as {@code jnats-2.26.2}. */
  public static String nameOf(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    if (source == null) {
      throw new IllegalArgumentException(type + ": from the JDK (expected: from a jar)");
    }
    String file = String.valueOf(Path.of(source.getLocation().getPath()).getFileName());
    return file.endsWith(".jar") ? file.substring(0, file.length() - ".jar".length()) : file;
  }
}
