package io.parley.cli;

import picocli.CommandLine.Command;

/** The noun: outcomes. */
@Command(
    name = "outcome",
    description = "Ask what became of a command.",
    synopsisSubcommandLabel = "VERB",
    subcommands = OutcomeGetCommand.class)
final class OutcomeCommand {}
