package io.parley.cli;

import picocli.CommandLine.Command;

/** The noun: namespaces. */
@Command(
    name = "namespace",
    description = "List, make, limit and delete namespaces, which have nothing in common.",
    synopsisSubcommandLabel = "VERB",
    subcommands = {
      NamespaceListCommand.class,
      NamespaceShowCommand.class,
      NamespaceCreateCommand.class,
      NamespaceSetCommand.class,
      NamespaceDeleteCommand.class
    })
final class NamespaceCommand {}
