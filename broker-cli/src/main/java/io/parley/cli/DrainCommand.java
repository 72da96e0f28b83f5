package io.parley.cli;

import picocli.CommandLine.Command;

/** The noun: draining. */
@Command(
    name = "drain",
    description = "Let a broker run dry: it takes no new messages, and hands out those it has.",
    synopsisSubcommandLabel = "VERB",
    subcommands = {DrainStartCommand.class, DrainStopCommand.class})
final class DrainCommand {}
