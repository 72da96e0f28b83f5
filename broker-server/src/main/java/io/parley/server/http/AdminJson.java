package io.parley.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Outcome;
import io.parley.server.admin.DeadLetterGroup;
import io.parley.server.admin.DeadLetterInfo;
import io.parley.server.admin.DeletionInfo;
import io.parley.server.admin.DestinationCondition;
import io.parley.server.admin.MessageInfo;
import io.parley.server.admin.NamespaceInfo;
import io.parley.server.admin.OperatorSettings;
import io.parley.server.admin.OutcomeInfo;
import io.parley.server.admin.QueueInfo;
import io.parley.server.admin.ResetInfo;
import io.parley.server.admin.SubscriptionInfo;
import io.parley.server.admin.TopicInfo;
import io.parley.server.admin.TypeInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes what {@code server.admin} answers. The names here are a contract with tools. */
final class AdminJson {
  private AdminJson() {}

  /** Writes one of a list. */
  @FunctionalInterface
  interface Item<T> {
    void write(JsonGenerator json, T item) throws IOException;
  }

  /** An object with one list. */
  static <T> Answer list(String name, List<T> items, Item<T> writer) {
    return Answer.json(
        200,
        Json.object(
            json -> {
              json.writeArrayFieldStart(name);
              for (T item : items) {
                json.writeStartObject();
                writer.write(json, item);
                json.writeEndObject();
              }
              json.writeEndArray();
            }));
  }

  static <T> Answer one(T item, Item<T> writer) {
    return Answer.json(200, Json.object(json -> writer.write(json, item)));
  }

  static Answer count(String name, long count) {
    return Answer.json(200, Json.object(json -> json.writeNumberField(name, count)));
  }

  static void queue(JsonGenerator json, QueueInfo queue) throws IOException {
    json.writeStringField("name", queue.name());
    json.writeStringField("service", queue.service());
    strings(json, "types", queue.types());
    json.writeNumberField("ready", queue.ready());
    json.writeNumberField("leased", queue.leased());
    json.writeNumberField("delayed", queue.delayed());
    json.writeNumberField("deadLetters", queue.deadLetters());
    json.writeNumberField("bytes", queue.bytes());
    json.writeNumberField("consumers", queue.consumers());
    json.writeNumberField("nextSequence", queue.nextSequence());
    json.writeBooleanField("unowned", queue.unowned());
    condition(json, queue.condition());
  }

  static void subscription(JsonGenerator json, SubscriptionInfo subscription) throws IOException {
    json.writeStringField("name", subscription.name());
    json.writeStringField("service", subscription.service());
    strings(json, "patterns", subscription.patterns());
    json.writeNumberField("ready", subscription.ready());
    json.writeNumberField("leased", subscription.leased());
    json.writeNumberField("delayed", subscription.delayed());
    json.writeNumberField("deadLetters", subscription.deadLetters());
    json.writeNumberField("bytes", subscription.bytes());
    json.writeNumberField("consumers", subscription.consumers());
    json.writeStringField("created", text(subscription.created()));
    json.writeStringField("lastSeen", text(subscription.lastSeen()));
    json.writeBooleanField("catchingUp", subscription.catchingUp());
    condition(json, subscription.condition());
  }

  static void condition(JsonGenerator json, DestinationCondition condition) throws IOException {
    json.writeBooleanField("paused", condition.paused());
    json.writeStringField("outageSince", text(condition.outageSince()));
    json.writeStringField("overQuotaSince", text(condition.overQuotaSince()));
    json.writeNumberField("missed", condition.missed());
    json.writeObjectFieldStart("settings");
    OperatorSettings settings = condition.settings();
    number(json, "maxAttempts", settings.maxAttempts());
    milliseconds(json, "backOffMinMs", settings.backOffMin());
    milliseconds(json, "backOffMaxMs", settings.backOffMax());
    milliseconds(json, "leaseMs", settings.lease());
    number(json, "outageAfter", settings.outageAfter());
    number(json, "maxMessages", settings.maxMessages());
    number(json, "maxBytes", settings.maxBytes());
    json.writeEndObject();
  }

  static void namespace(JsonGenerator json, NamespaceInfo namespace) throws IOException {
    json.writeStringField("name", namespace.name());
    json.writeNumberField("bytes", namespace.bytes());
    json.writeNumberField("maxBytes", namespace.maxBytes());
    json.writeBooleanField("limited", namespace.limited());
  }

  static void topic(JsonGenerator json, TopicInfo topic) throws IOException {
    json.writeStringField("name", topic.name());
    json.writeNumberField("retentionMs", topic.retention().toMillis());
    json.writeNumberField("retentionBytes", topic.retentionBytes());
    json.writeNumberField("events", topic.events());
    json.writeNumberField("bytes", topic.bytes());
    json.writeStringField("oldest", text(topic.oldest()));
    json.writeObjectFieldStart("settings");
    milliseconds(json, "retentionMs", topic.own().retention());
    number(json, "retentionBytes", topic.own().retentionBytes());
    json.writeEndObject();
  }

  static void reset(JsonGenerator json, ResetInfo reset) throws IOException {
    json.writeNumberField("ended", reset.ended());
    json.writeNumberField("replayed", reset.replayed());
    json.writeBooleanField("more", reset.more());
  }

  static void deletion(JsonGenerator json, DeletionInfo deletion) throws IOException {
    json.writeStringField("name", deletion.name());
    json.writeNumberField("ended", deletion.ended());
  }

  /** Left out where nothing is set. */
  private static void number(JsonGenerator json, String name, @Nullable Number value)
      throws IOException {
    if (value != null) {
      json.writeNumberField(name, value.longValue());
    }
  }

  private static void milliseconds(JsonGenerator json, String name, @Nullable Duration value)
      throws IOException {
    if (value != null) {
      json.writeNumberField(name, value.toMillis());
    }
  }

  static void deadLetterGroup(JsonGenerator json, DeadLetterGroup group) throws IOException {
    json.writeStringField("destination", group.destination());
    json.writeStringField("destinationKind", word(group.destinationKind()));
    json.writeStringField("errorClass", group.errorClass());
    json.writeStringField("type", group.type());
    json.writeNumberField("count", group.count());
    json.writeStringField("oldest", text(group.oldest()));
    json.writeStringField("newest", text(group.newest()));
    json.writeStringField("message", group.example());
  }

  static void type(JsonGenerator json, TypeInfo type) throws IOException {
    json.writeStringField("name", type.name());
    json.writeStringField("kind", word(type.kind()));
    json.writeStringField("owner", type.owner());
    json.writeStringField("queue", type.queue());
  }

  static void message(JsonGenerator json, MessageInfo info) throws IOException {
    Message message = info.message();
    json.writeNumberField("sequence", info.sequence());
    json.writeStringField("id", message.id().toString());
    json.writeStringField("type", message.type());
    json.writeStringField("kind", word(message.kind()));
    json.writeStringField("state", word(info.state()));
    json.writeNumberField("attempts", info.attempts());
    json.writeStringField("storedAt", info.storedAt().toString());
    json.writeStringField("key", message.key());
    json.writeStringField("correlationId", text(message.correlationId()));
    json.writeStringField("causationId", text(message.causationId()));
    json.writeStringField("contentType", message.contentType());
    json.writeObjectFieldStart("headers");
    for (Map.Entry<String, String> header : message.headers().entrySet()) {
      json.writeStringField(header.getKey(), header.getValue());
    }
    json.writeEndObject();
    json.writeNumberField("size", message.body().length);
    json.writeStringField("body", textOrNull(message.body()));
    json.writeStringField("bodyBase64", Base64.getEncoder().encodeToString(message.body()));
  }

  static void deadLetter(JsonGenerator json, DeadLetterInfo letter) throws IOException {
    message(json, letter.message());
    json.writeStringField("destination", letter.destination());
    json.writeStringField("destinationKind", word(letter.destinationKind()));
    json.writeStringField("errorClass", letter.errorClass());
    json.writeStringField("message", letter.errorMessage());
    json.writeStringField("deadAt", letter.deadAt().toString());
  }

  static void outcome(JsonGenerator json, OutcomeInfo info) throws IOException {
    Outcome outcome = info.outcome();
    boolean hasResult = outcome.result().contentType() != null || !outcome.result().isEmpty();
    json.writeStringField("id", info.id().toString());
    json.writeStringField("status", outcome.status().name());
    json.writeStringField("code", outcome.code());
    json.writeStringField("reason", outcome.reason());
    json.writeStringField(
        "at", outcome.atMs() == 0 ? null : Instant.ofEpochMilli(outcome.atMs()).toString());
    json.writeStringField("result", hasResult ? textOrNull(outcome.result().bytes()) : null);
    json.writeStringField("contentType", outcome.result().contentType());
  }

  static void strings(JsonGenerator json, String name, List<String> values) throws IOException {
    json.writeArrayFieldStart(name);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }

  static @Nullable String text(@Nullable MessageId id) {
    return id == null ? null : id.toString();
  }

  /** The text that these bytes are in UTF-8, or null if they are none. */
  private static @Nullable String textOrNull(byte[] bytes) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
