package io.parley.cli;

import picocli.CommandLine.Command;

/** The noun: subscriptions. */
@Command(
    name = "subscription",
    description =
        "Look at and control subscriptions: services' durable interest in events, with their inboxes.",
    synopsisSubcommandLabel = "VERB",
    subcommands = {
      SubscriptionListCommand.class,
      SubscriptionShowCommand.class,
      SubscriptionCreateCommand.class,
      DestinationExplainCommand.class,
      DestinationPauseCommand.class,
      DestinationResumeCommand.class,
      DestinationSetCommand.class,
      DestinationPurgeCommand.class,
      SubscriptionResetCommand.class,
      SubscriptionDeleteCommand.class
    })
final class SubscriptionCommand {}
