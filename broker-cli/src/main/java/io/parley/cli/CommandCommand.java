package io.parley.cli;

import picocli.CommandLine.Command;

/** The noun: commands. */
@Command(
    name = "command",
    description = "Send commands ('do this'), cancel them, and receive them in a service's place.",
    synopsisSubcommandLabel = "VERB",
    subcommands = {
      CommandSendCommand.class,
      CommandCancelCommand.class,
      CommandReceiveCommand.class
    })
final class CommandCommand {}
