package io.parley.cli;

import picocli.CommandLine.Command;

/** The noun: queues. */
@Command(
    name = "queue",
    description = "Look at queues: commands waiting for a service.",
    synopsisSubcommandLabel = "VERB",
    subcommands = {
      QueueListCommand.class,
      QueueShowCommand.class,
      QueuePeekCommand.class,
      QueueExplainCommand.class
    })
final class QueueCommand {}
