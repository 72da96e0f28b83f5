package io.parley.load.workload;

import java.util.Collection;
import java.util.Comparator;

/** Finds what somebody probably meant to type. */
final class NearestName {
  /** More of a name doesn't make it nearer to any of ours. */
  private static final int TYPED_MAX_CHARS = 200;

  private NearestName() {}

  /**
   * The candidate with the smallest edit distance; the first in the alphabet where several have.
   */
  static String of(String typed, Collection<String> candidates) {
    String start = typed.substring(0, Math.min(typed.length(), TYPED_MAX_CHARS));
    return candidates.stream()
        .min(
            Comparator.comparingInt((String candidate) -> distance(start, candidate))
                .thenComparing(Comparator.naturalOrder()))
        .orElseThrow(() -> new IllegalArgumentException("candidates: none (expected: at least 1)"));
  }

  /** How many characters to insert, delete or replace to get from one to the other. */
  private static int distance(String from, String to) {
    int[] costs = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      costs[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = costs[0];
      costs[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = costs[j];
        costs[j] = Math.min(replaced, 1 + Math.min(costs[j], costs[j - 1]));
      }
    }
    return costs[to.length()];
  }
}
