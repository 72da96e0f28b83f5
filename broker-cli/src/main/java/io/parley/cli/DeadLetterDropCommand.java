package io.parley.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code parley dead-letter drop}. */
@Command(
    name = "drop",
    description = {
      "Delete dead letters for good. A dropped command's outcome stays DEAD_LETTERED.",
      "",
      "Asks first, unless told --yes."
    },
    footer = {
      "",
      "Examples:",
      "  parley dead-letter drop cart --id 0193a1b2-…",
      "  parley dead-letter drop cart --all --dry-run",
      "  parley dead-letter drop cart --all --yes"
    })
final class DeadLetterDropCommand implements Callable<Integer> {
  private final CliContext context;

  @Mixin private final DeadLetterTarget target = new DeadLetterTarget();

  DeadLetterDropCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    return target.apply(context, "drop", "dropped", true, 0);
  }
}
