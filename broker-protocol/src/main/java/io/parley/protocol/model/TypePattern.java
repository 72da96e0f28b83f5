package io.parley.protocol.model;

/**
 * Which event types a subscription wants: a type's name, or a wildcard by dot-separated segment.
 *
 * <pre>
 *   shop.cart.ProductAddedToCart   exactly that type
 *   shop.cart.*                    any one segment in the last place
 *   shop.*.CartCheckedOut          any one segment in the middle
 *   shop.&gt;                         one or more further segments; only at the end
 * </pre>
 *
 * @param text the pattern as written
 */
public record TypePattern(String text) {
  /** Checks the pattern's form. */
  public TypePattern {
    Names.requireLength("type pattern", text);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '*' || c == '>') {
        requireAlone(text, i);
      } else if (!Names.isAllowed(c)) {
        throw Names.misplaced("type pattern", text, i, "only A-Z a-z 0-9 . _ - and wildcards");
      }
    }
  }

  private static void requireAlone(String text, int at) {
    boolean starts = at == 0 || text.charAt(at - 1) == '.';
    boolean last = at == text.length() - 1;
    if (!starts || !(last || text.charAt(at + 1) == '.')) {
      throw Names.misplaced("type pattern", text, at, "a wildcard alone between dots");
    }
    if (text.charAt(at) == '>' && !last) {
      throw Names.misplaced("type pattern", text, at, "'>' only as last segment");
    }
  }

  /** Whether the pattern has a wildcard. */
  public boolean isWildcard() {
    return text.indexOf('*') >= 0 || text.indexOf('>') >= 0;
  }

  /** Whether a type's name fits. */
  public boolean matches(String type) {
    int p = 0;
    int t = 0;
    while (p < text.length()) {
      char c = text.charAt(p);
      if (c == '>') {
        return t < type.length();
      }
      if (c == '*') {
        int from = t;
        while (t < type.length() && type.charAt(t) != '.') {
          t++;
        }
        if (t == from) {
          return false;
        }
        p++;
      } else {
        if (t >= type.length() || type.charAt(t) != c) {
          return false;
        }
        p++;
        t++;
      }
    }
    return t == type.length();
  }
}
