package io.parley.cli;

import io.parley.cli.console.JsonObject;
import io.parley.client.Delivery;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Payload;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A delivery in the form the admin API gives stored messages. */
final class DeliveryJson {
  private DeliveryJson() {}

  static JsonObject of(Delivery delivery) {
    Payload payload = delivery.payload();
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("sequence", delivery.sequence());
    fields.put("id", delivery.id().toString());
    fields.put("type", delivery.type());
    fields.put("attempt", delivery.attempt());
    fields.put("epoch", delivery.epoch());
    fields.put("storedAt", delivery.storedAt().toString());
    fields.put("key", delivery.key());
    fields.put("correlationId", textOrNull(delivery.correlationId()));
    fields.put("causationId", textOrNull(delivery.causationId()));
    fields.put("contentType", delivery.contentType());
    fields.put("headers", delivery.headers());
    fields.put("size", payload.bytes().length);
    Bytes.putBody(fields, payload.bytes());
    return new JsonObject(fields);
  }

  private static @Nullable String textOrNull(@Nullable MessageId id) {
    return id == null ? null : id.toString();
  }
}
