package io.parley.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code parley dead-letter redrive}. */
@Command(
    name = "redrive",
    description = {
      "Give dead letters back to their queue or inbox, to be handled again from attempt 1.",
      "",
      "Do this once the cause is gone: they fail again otherwise. Asks before it redrives all."
    },
    footer = {
      "",
      "Examples:",
      "  parley dead-letter redrive cart --id 0193a1b2-…",
      "  parley dead-letter redrive cart --all --dry-run",
      "  parley dead-letter redrive cart --all --yes"
    })
final class DeadLetterRedriveCommand implements Callable<Integer> {
  private final CliContext context;

  @Mixin private final DeadLetterTarget target = new DeadLetterTarget();

  DeadLetterRedriveCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    return target.apply(context, "redrive", "redriven", target.all);
  }
}
