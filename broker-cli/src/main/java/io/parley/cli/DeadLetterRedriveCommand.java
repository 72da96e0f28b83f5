package io.parley.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
      "  parley dead-letter redrive cart --all --yes",
      "  parley dead-letter redrive cart --error-class IllegalStateException --rate 50 --yes"
    })
final class DeadLetterRedriveCommand implements Callable<Integer> {
  private final CliContext context;

  @Mixin private final DeadLetterTarget target = new DeadLetterTarget();

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Most of them in a second, so that what they need isn't flooded.")
  private @Nullable Integer rate;

  DeadLetterRedriveCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if (rate != null) {
      Arguments.requireWithin("--rate", rate, 1, 1_000);
    }
    return target.apply(context, "redrive", "redriven", target.id == null, rate == null ? 0 : rate);
  }
}
