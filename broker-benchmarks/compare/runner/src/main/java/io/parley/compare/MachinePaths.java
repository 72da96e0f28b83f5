package io.parley.compare;

import java.util.regex.Pattern;

/** Paths of this machine in what brokers and clients say; results go elsewhere. */
final class MachinePaths {
  /** The folders of an absolute path, and not those of an address such as tcp://host/name. */
  private static final Pattern FOLDERS = Pattern.compile("(?<![\\w.:/])/(?:[\\w.+@-]+/)+");

  private MachinePaths() {}

  /** The text, with the last name of each absolute path in place of it. */
  static String shortened(String text) {
    return FOLDERS.matcher(text).replaceAll("");
  }
}
