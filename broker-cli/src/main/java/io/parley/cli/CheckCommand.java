package io.parley.cli;

import picocli.CommandLine.Command;

/** The noun: checks. */
@Command(
    name = "check",
    description = "Check a broker, for scripts and health checks.",
    synopsisSubcommandLabel = "VERB",
    subcommands = CheckReadyCommand.class)
final class CheckCommand {}
