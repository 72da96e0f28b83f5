package io.parley.cli;

import picocli.CommandLine.Command;

/** The noun: dead letters. */
@Command(
    name = "dead-letter",
    description = "Look at, redrive and drop messages that were set aside.",
    synopsisSubcommandLabel = "VERB",
    subcommands = {
      DeadLetterListCommand.class,
      DeadLetterShowCommand.class,
      DeadLetterRedriveCommand.class,
      DeadLetterDropCommand.class
    })
final class DeadLetterCommand {}
