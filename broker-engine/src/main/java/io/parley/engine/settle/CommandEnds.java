package io.parley.engine.settle;

import io.parley.engine.catalog.Catalog;
import io.parley.engine.group.Group;
import io.parley.engine.intake.Intake;
import io.parley.engine.outcome.OutcomeLedger;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeMessage;

/**
 * Tells what became of a command: to the ledger and, if its sender wants that, to its service's
 * outcome inbox, in the group that ends the command.
 */
final class CommandEnds {
  private final Catalog catalog;
  private final Intake intake;
  private final OutcomeLedger outcomes;

  CommandEnds(Catalog catalog, Intake intake, OutcomeLedger outcomes) {
    this.catalog = catalog;
    this.intake = intake;
    this.outcomes = outcomes;
  }

  /**
   * A command ends.
   *
   * @param command its record; others may be read afterwards
   */
  void tell(Group group, MessageRecord command, Outcome outcome) {
    outcomes.record(group, command.id(), outcome);
    if (!command.has(MessageRecord.FLAG_TRACK_OUTCOME)) {
      return;
    }
    String service = OutcomeMessage.serviceOf(command);
    if (service != null) {
      byte[] told =
          MessageRecord.encode(OutcomeMessage.of(command, outcome, (int) group.position()));
      intake.causes(group, command);
      intake.deliver(group, catalog.outcomeInbox(group, service), told);
    }
  }
}
