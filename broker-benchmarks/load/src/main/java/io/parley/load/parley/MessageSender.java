package io.parley.load.parley;

import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.load.broker.Confirms;
import io.parley.load.broker.Sender;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Payload;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Sends commands or publishes events. The client encodes a body before its method returns. */
final class MessageSender implements Sender {
  private final ParleyClient client;
  private final List<String> types;
  private final boolean commands;
  private final Confirms confirms;
  private Payload payload = Payload.EMPTY;

  /**
   * A sender.
   *
   * @param types by destination
   * @param commands else events
   */
  MessageSender(ParleyClient client, List<String> types, boolean commands, Confirms confirms) {
    this.client = client;
    this.types = types;
    this.commands = commands;
    this.confirms = confirms;
  }

  @Override
  public void send(long number, int destination, @Nullable String key, byte[] body) {
    if (payload.bytes() != body) {
      payload = new Payload(null, body);
    }
    OutgoingMessage message = OutgoingMessage.of(types.get(destination), payload);
    if (key != null) {
      message.key(key);
    }
    CompletableFuture<MessageId> confirm =
        commands ? client.sendAsync(message) : client.publishAsync(message);
    var unused =
        confirm.whenComplete(
            (id, refused) -> {
              if (refused == null) {
                confirms.confirmed(number);
              } else {
                confirms.failed(number, Refusals.codeOf(refused));
              }
            });
  }

  @Override
  public void close() {
    client.close();
  }
}
