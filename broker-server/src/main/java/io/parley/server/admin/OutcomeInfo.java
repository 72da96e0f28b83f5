package io.parley.server.admin;

import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Outcome;

/**
 * What became of a command.
 *
 * @param id the command's
 * @param outcome how it ended, or {@link Outcome#PENDING}
 */
public record OutcomeInfo(MessageId id, Outcome outcome) {}
