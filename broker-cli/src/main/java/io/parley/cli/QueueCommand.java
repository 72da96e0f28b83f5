package io.parley.cli;

import picocli.CommandLine.Command;

/** The noun: queues. */
@Command(
    name = "queue",
    description = "Look at queues, commands waiting for a service, and control them.",
    synopsisSubcommandLabel = "VERB",
    subcommands = {
      QueueListCommand.class,
      QueueShowCommand.class,
      QueueCreateCommand.class,
      QueuePeekCommand.class,
      DestinationExplainCommand.class,
      DestinationPauseCommand.class,
      DestinationResumeCommand.class,
      DestinationSetCommand.class,
      DestinationPurgeCommand.class
    })
final class QueueCommand {}
