package io.parley.server.config;

import java.util.List;

/** The configuration can't be used; the message has one problem per line. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // an immutable list of strings, which can be serialised
  private final List<String> problems;

  ConfigException(List<String> problems) {
    super(String.join(System.lineSeparator(), problems));
    this.problems = List.copyOf(problems);
  }

  /**
   * Every problem there is, at least one. Each names the key and where it was set, the value
   * (unless it is a secret), and what was expected.
   */
  public List<String> problems() {
    return problems;
  }
}
