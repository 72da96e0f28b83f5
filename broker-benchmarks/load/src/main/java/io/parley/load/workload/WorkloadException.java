package io.parley.load.workload;

import java.util.List;

/** A workload that makes no sense, with everything that is wrong with it, a line each. */
public final class WorkloadException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final List<String> problems;

  WorkloadException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  /** Each names where it is, the value, and what was expected. */
  public List<String> problems() {
    return problems;
  }
}
