package io.parley.cli;

import picocli.CommandLine.Command;

/** The noun: outcomes. */
@Command(
    name = "outcome",
    description = "Ask what became of commands.",
    synopsisSubcommandLabel = "VERB",
    subcommands = {OutcomeGetCommand.class, OutcomeListCommand.class})
final class OutcomeCommand {}
