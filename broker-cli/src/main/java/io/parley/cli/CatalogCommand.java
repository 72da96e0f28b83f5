package io.parley.cli;

import picocli.CommandLine.Command;

/** The noun: the catalogue. */
@Command(
    name = "catalog",
    description = "Look at who owns, sends, publishes, subscribes, asks and answers what.",
    synopsisSubcommandLabel = "VERB",
    subcommands = {CatalogShowCommand.class, CatalogExportCommand.class})
final class CatalogCommand {}
