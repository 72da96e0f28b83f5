package io.parley.load.parley;

import io.parley.client.ParleyClient;
import io.parley.client.Query;
import io.parley.load.broker.Confirms;
import io.parley.load.broker.Sender;
import io.parley.protocol.model.Payload;
import org.jspecify.annotations.Nullable;

/** Asks queries, many at a time. The client encodes a body before its method returns. */
final class Asker implements Sender {
  private final ParleyClient client;
  private final String type;
  private final Confirms confirms;
  private Payload payload = Payload.EMPTY;

  Asker(ParleyClient client, String type, Confirms confirms) {
    this.client = client;
    this.type = type;
    this.confirms = confirms;
  }

  @Override
  public void send(long number, int destination, @Nullable String key, byte[] body) {
    if (payload.bytes() != body) {
      payload = new Payload(null, body);
    }
    var unused =
        client
            .askAsync(Query.of(type, payload, Payload.class))
            .whenComplete(
                (answer, refused) -> {
                  if (refused == null) {
                    confirms.answered(number, answer.body().bytes());
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
