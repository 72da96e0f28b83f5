package io.parley.cli;

import picocli.CommandLine.Command;

/** The noun: events. */
@Command(
    name = "event",
    description = "Publish events ('this happened'), and subscribe to them.",
    synopsisSubcommandLabel = "VERB",
    subcommands = {EventPublishCommand.class, EventSubscribeCommand.class})
final class EventCommand {}
