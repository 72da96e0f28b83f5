package io.parley.server.config;

import java.util.Collection;
import java.util.TreeSet;

/** Finds what somebody probably meant to type. */
public final class NearestName {
  /** More of a name doesn't make it nearer to any of ours. */
  private static final int TYPED_MAX_CHARS = 64;

  private NearestName() {}

  /**
   * The candidate with the smallest edit distance; the first in the alphabet where several have.
   *
   * @param candidates at least one
   */
  public static String of(String typed, Collection<String> candidates) {
    String start = typed.substring(0, Math.min(typed.length(), TYPED_MAX_CHARS));
    String nearest = null;
    int least = Integer.MAX_VALUE;
    for (String candidate : new TreeSet<>(candidates)) {
      int distance = distanceOrWithoutSection(start, candidate);
      if (distance < least) {
        least = distance;
        nearest = candidate;
      }
    }
    if (nearest == null) {
      throw new IllegalArgumentException("candidates: none (expected: at least 1)");
    }
    return nearest;
  }

  private static int distanceOrWithoutSection(String typed, String candidate) {
    String lastPart = candidate.substring(candidate.lastIndexOf('.') + 1);
    return Math.min(distance(typed, candidate), 1 + distance(typed, lastPart));
  }

  /**
   * How many characters to insert, delete, replace, or swap with their neighbour, to get from one
   * to the other (optimal string alignment).
   */
  static int distance(String from, String to) {
    int[][] costs = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        costs[i][j] = i == 0 || j == 0 ? i + j : cheapest(from, to, i, j, costs);
      }
    }
    return costs[from.length()][to.length()];
  }

  private static int cheapest(String from, String to, int i, int j, int[][] costs) {
    boolean same = from.charAt(i - 1) == to.charAt(j - 1);
    int replaced = costs[i - 1][j - 1] + (same ? 0 : 1);
    int cost = Math.min(replaced, 1 + Math.min(costs[i - 1][j], costs[i][j - 1]));
    boolean swapped =
        i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1);
    return swapped ? Math.min(cost, costs[i - 2][j - 2] + 1) : cost;
  }
}
