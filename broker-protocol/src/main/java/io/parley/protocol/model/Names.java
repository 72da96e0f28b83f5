package io.parley.protocol.model;

import static io.parley.protocol.WireLimits.NAME_MAX_CHARS;

/** What a name may look like: 1 to 200 characters of {@code A-Z a-z 0-9 . _ -}. */
public final class Names {
  private static final int SHOWN_CHARS = 20;

  private Names() {}

  /**
   * Checks a name.
   *
   * @param what the thing named, for the error: "queue", "type"
   * @return the name
   * @throws IllegalArgumentException saying what is wrong with which value
   */
  public static String require(String what, String name) {
    requireLength(what + " name", name);
    for (int i = 0; i < name.length(); i++) {
      if (!isAllowed(name.charAt(i))) {
        throw misplaced(what + " name", name, i, "only A-Z a-z 0-9 . _ -");
      }
    }
    return name;
  }

  /** Whether a character may stand in a name. */
  public static boolean isAllowed(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '.'
        || c == '_'
        || c == '-';
  }

  static void requireLength(String what, String text) {
    if (text.isEmpty() || text.length() > NAME_MAX_CHARS) {
      throw new IllegalArgumentException(
          what
              + ": "
              + text.length()
              + " characters"
              + (text.isEmpty() ? "" : " ('" + shown(text.substring(0, SHOWN_CHARS)) + "…')")
              + " (expected: 1 to "
              + NAME_MAX_CHARS
              + ")");
    }
  }

  /** What to throw for a text with a character that may not stand where it does. */
  static IllegalArgumentException misplaced(String what, String text, int at, String expected) {
    int c = text.codePointAt(at);
    return new IllegalArgumentException(
        what
            + ": '"
            + shown(text)
            + "' has "
            + (isPrintable(c) ? "'" + (char) c + "'" : String.format("U+%04X", c))
            + " at position "
            + (at + 1)
            + " (expected: "
            + expected
            + ")");
  }

  /** A text as it may appear in a log: what could break a line or hide is a question mark. */
  private static String shown(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints().forEach(c -> shown.append(isPrintable(c) ? (char) c : '?'));
    return shown.toString();
  }

  private static boolean isPrintable(int c) {
    return c >= ' ' && c <= '~';
  }
}
