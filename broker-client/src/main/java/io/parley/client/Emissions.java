package io.parley.client;

import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** What a completion emits, in the order it was said. */
final class Emissions {
  private List<Emission> emitted = List.of();

  private record Emission(MessageKind kind, OutgoingMessage message) {}

  void addEvent(OutgoingMessage event) {
    add(new Emission(MessageKind.EVENT, event));
  }

  void addCommand(OutgoingMessage command) {
    add(new Emission(MessageKind.COMMAND, command));
  }

  private void add(Emission emission) {
    if (emitted.isEmpty()) {
      emitted = new ArrayList<>(4);
    }
    emitted.add(emission);
  }

  /** Lets interceptors see and change them. */
  void pass(Interceptors interceptors) {
    if (!interceptors.isEmpty()) {
      emitted.forEach(each -> interceptors.beforeEmit(each.kind(), each.message()));
    }
  }

  boolean isEmpty() {
    return emitted.isEmpty();
  }

  /**
   * The records, with the ids and stamps they get from the message whose handling emits them.
   *
   * @param maxMessageBytes the broker's limit for each
   */
  MessageBatch encode(PayloadCodec codec, Cause parent, int maxMessageBytes) {
    if (emitted.isEmpty()) {
      return MessageBatch.EMPTY;
    }
    ByteArrayOutputStream records = new ByteArrayOutputStream(256);
    for (int ordinal = 0; ordinal < emitted.size(); ordinal++) {
      Emission emission = emitted.get(ordinal);
      byte[] record =
          MessageRecord.encode(
              emission.message().toEmitted(emission.kind(), codec, ordinal, parent));
      if (record.length > maxMessageBytes) {
        throw BrokerErrors.tooLarge(emission.message().type(), record.length, maxMessageBytes);
      }
      records.writeBytes(record);
    }
    return MessageBatch.of(records.toByteArray(), emitted.size());
  }
}
