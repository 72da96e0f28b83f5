package io.parley.protocol.model;

import java.util.List;

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
    List<String> segments = List.of(text.split("\\.", -1));
    for (int i = 0; i < segments.size(); i++) {
      String segment = segments.get(i);
      if (segment.equals(">") && i < segments.size() - 1) {
        throw new IllegalArgumentException(
            "type pattern: '" + text + "' has '>' before its end (expected: only as last segment)");
      }
      if (segment.length() > 1 && (segment.contains("*") || segment.contains(">"))) {
        throw new IllegalArgumentException(
            "type pattern: '"
                + text
                + "' mixes a wildcard into '"
                + segment
                + "' (expected: '*' or '>' alone between dots)");
      }
    }
    Names.require("type pattern", text.replace('*', 'x').replace('>', 'x'));
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
