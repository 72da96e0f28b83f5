package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Problem;
import io.parley.load.LoadRun;
import java.io.IOException;

/** A command line for the shell. What it writes goes to stderr, as stdout is for the result. */
record ShellCommand(String description) implements LoadRun.Between {
  @Override
  public void run() throws InterruptedException {
    int exit = waitFor(start());
    if (exit != 0) {
      throw new Problem(
          ExitCode.TEMPORARY,
          "BETWEEN",
          "--between: '" + description + "' exited with " + exit + " (expected: 0)",
          null);
    }
  }

  private Process start() {
    try {
      return new ProcessBuilder("sh", "-c", "exec >&2; eval \"$1\"", "parley-between", description)
          .inheritIO()
          .start();
    } catch (IOException e) {
      throw new Problem(ExitCode.IO, "IO", "--between: no shell: " + e.getMessage(), null, e);
    }
  }

  private static int waitFor(Process process) throws InterruptedException {
    try {
      return process.waitFor();
    } finally {
      process.destroy();
    }
  }
}
