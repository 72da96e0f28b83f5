package io.parley.protocol.model;

/** What a name may look like: 1 to 200 characters of {@code A-Z a-z 0-9 . _ -}. */
public final class Names {
  private static final int MAX_CHARS = 200;

  private Names() {}

  /**
   * Checks a name.
   *
   * @param what the thing named, for the error: "queue", "type"
   * @return the name
   * @throws IllegalArgumentException saying what is wrong with which value
   */
  public static String require(String what, String name) {
    if (name.isEmpty() || name.length() > MAX_CHARS) {
      throw new IllegalArgumentException(
          what
              + " name: "
              + name.length()
              + " characters"
              + (name.isEmpty() ? "" : " ('" + name.substring(0, 20) + "…')")
              + " (expected: 1 to "
              + MAX_CHARS
              + ")");
    }
    for (int i = 0; i < name.length(); i++) {
      if (!isAllowed(name.charAt(i))) {
        throw new IllegalArgumentException(
            what
                + " name: '"
                + name
                + "' has '"
                + name.charAt(i)
                + "' at position "
                + (i + 1)
                + " (expected: only A-Z a-z 0-9 . _ -)");
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
}
