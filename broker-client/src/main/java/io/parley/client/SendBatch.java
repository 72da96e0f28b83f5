package io.parley.client;

import io.parley.protocol.ParleyException;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageKind;
import java.util.List;

/**
 * Messages of one kind in one frame. Sent again as it was, under the same sequence numbers, until
 * it is answered: so the broker stores it once.
 */
final class SendBatch extends Call {
  private final Sends owner;
  private final MessageKind kind;
  private final MessageBatch records;
  private final List<PendingSend> messages;
  private long firstSequence;

  SendBatch(
      Sends owner,
      MessageKind kind,
      long firstSequence,
      MessageBatch records,
      List<PendingSend> messages) {
    this.owner = owner;
    this.kind = kind;
    this.firstSequence = firstSequence;
    this.records = records;
    this.messages = messages;
  }

  /** Takes new numbers, for a new producer session; called in the order of sending. */
  void renumber() {
    firstSequence = owner.takeSequences(messages.size());
  }

  @Override
  Request frame() {
    return kind == MessageKind.COMMAND
        ? new Request.Send(correlation(), firstSequence, records)
        : new Request.Publish(correlation(), firstSequence, records);
  }

  @Override
  void answered(Response response) {
    List<Response.Refusal> refusals = ((Response.Confirm) response).refusals();
    // Room first: what hangs on a confirm may well send the next message.
    owner.release(messages.size(), records.length());
    for (Response.Refusal refusal : refusals) {
      if (refusal.index() < messages.size()) {
        messages.get(refusal.index()).completeExceptionally(BrokerErrors.of(refusal));
      }
    }
    for (PendingSend message : messages) {
      message.complete(message.id());
    }
    owner.batchEnded();
  }

  @Override
  void failed(ParleyException reason) {
    owner.release(messages.size(), records.length());
    for (PendingSend message : messages) {
      message.completeExceptionally(reason);
    }
    owner.batchEnded();
  }
}
