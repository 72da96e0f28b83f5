package io.parley.cli;

import picocli.CommandLine.Command;

/** The noun: queries. */
@Command(
    name = "query",
    description = "Ask queries ('tell me').",
    synopsisSubcommandLabel = "VERB",
    subcommands = QueryAskCommand.class)
final class QueryCommand {}
