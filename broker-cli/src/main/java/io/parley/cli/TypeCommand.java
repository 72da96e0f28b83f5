package io.parley.cli;

import picocli.CommandLine.Command;

/** The noun: types. */
@Command(
    name = "type",
    description = "Look at, declare and transfer the names of messages: their kind and owner.",
    synopsisSubcommandLabel = "VERB",
    subcommands = {TypeListCommand.class, TypeDeclareCommand.class, TypeTransferCommand.class})
final class TypeCommand {}
