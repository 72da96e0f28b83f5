package io.parley.cli;

import picocli.CommandLine.Command;

/** The noun: types. */
@Command(
    name = "type",
    description = "Look at and declare the names of messages: their kind and owner.",
    synopsisSubcommandLabel = "VERB",
    subcommands = {TypeListCommand.class, TypeDeclareCommand.class})
final class TypeCommand {}
