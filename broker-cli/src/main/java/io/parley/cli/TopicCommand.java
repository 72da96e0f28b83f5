package io.parley.cli;

import picocli.CommandLine.Command;

/** The noun: topics. */
@Command(
    name = "topic",
    description = "Look at topics, the streams of event types: what they retain, and for how long.",
    synopsisSubcommandLabel = "VERB",
    subcommands = {TopicListCommand.class, TopicShowCommand.class, TopicSetCommand.class})
final class TopicCommand {}
