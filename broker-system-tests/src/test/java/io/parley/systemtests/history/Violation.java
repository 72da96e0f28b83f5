package io.parley.systemtests.history;

/**
 * A rule that was broken.
 *
 * @param rule its name
 * @param what broke it
 */
public record Violation(String rule, String what) {
  @Override
  public String toString() {
    return rule + ": " + what;
  }
}
