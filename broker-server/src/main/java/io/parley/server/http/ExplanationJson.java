package io.parley.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.parley.protocol.model.Message;
import io.parley.server.admin.ConsumerInfo;
import io.parley.server.admin.DestinationExplanation;
import io.parley.server.admin.ExplanationInfo;
import io.parley.server.admin.RoutePreview;
import io.parley.server.admin.StandingInfo;
import io.parley.server.admin.TraceInfo;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Writes explanations. The names here are a contract with tools. */
final class ExplanationJson {
  private ExplanationJson() {}

  static void trace(JsonGenerator json, TraceInfo trace) throws IOException {
    json.writeStringField("correlationId", trace.correlationId().toString());
    json.writeArrayFieldStart("messages");
    for (TraceInfo.Traced message : trace.messages()) {
      json.writeStartObject();
      json.writeStringField("id", message.id().toString());
      json.writeStringField("causationId", AdminJson.text(message.causationId()));
      json.writeStringField("kind", AdminJson.word(message.kind()));
      json.writeStringField("type", message.type());
      json.writeStringField("storedAt", AdminJson.text(message.storedAt()));
      if (message.state() == null) {
        json.writeNullField("state");
      } else {
        json.writeObjectFieldStart("state");
        message(json, message.state());
        json.writeEndObject();
      }
      if (message.answered() != null) {
        json.writeStringField("result", message.answered().result());
        json.writeNumberField("tookMicros", message.answered().tookMicros());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeBooleanField("more", trace.more());
    json.writeNumberField("missed", trace.missed());
  }

  static void message(JsonGenerator json, ExplanationInfo found) throws IOException {
    json.writeStringField("id", found.id().toString());
    json.writeStringField("status", found.status().name());
    json.writeNumberField("progress", found.progress());
    json.writeNumberField("bytesLooked", found.bytesLooked());
    Message message = found.message();
    json.writeStringField("type", message == null ? null : message.type());
    json.writeStringField("kind", message == null ? null : AdminJson.word(message.kind()));
    json.writeStringField("key", message == null ? null : message.key());
    json.writeStringField(
        "correlationId", message == null ? null : AdminJson.text(message.correlationId()));
    json.writeStringField(
        "causationId", message == null ? null : AdminJson.text(message.causationId()));
    json.writeStringField("storedAt", AdminJson.text(found.storedAt()));
    if (found.outcome() == null) {
      json.writeNullField("outcome");
    } else {
      json.writeObjectFieldStart("outcome");
      AdminJson.outcome(json, found.outcome());
      json.writeEndObject();
    }
    json.writeArrayFieldStart("places");
    for (StandingInfo place : found.places()) {
      json.writeStartObject();
      place(json, place);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeNumberField("morePlaces", found.morePlaces());
  }

  private static void place(JsonGenerator json, StandingInfo place) throws IOException {
    json.writeStringField("destination", place.destination());
    json.writeStringField("destinationKind", AdminJson.word(place.destinationKind()));
    json.writeStringField("service", place.service());
    json.writeStringField("reason", place.reason());
    json.writeNumberField("sequence", place.sequence());
    json.writeStringField("storedAt", place.storedAt().toString());
    json.writeNumberField("failures", place.failures());
    json.writeNumberField("maxAttempts", place.maxAttempts());
    number(json, "ahead", place.ahead());
    json.writeStringField("until", AdminJson.text(place.until()));
    json.writeStringField("holder", place.holder());
    json.writeBooleanField("started", place.started());
    number(json, "behind", place.behind());
    json.writeStringField("failedAt", AdminJson.text(place.failedAt()));
    json.writeStringField("errorClass", place.errorClass());
    json.writeStringField("errorMessage", place.errorMessage());
  }

  private static void number(JsonGenerator json, String name, @Nullable Long number)
      throws IOException {
    if (number == null) {
      json.writeNullField(name);
    } else {
      json.writeNumberField(name, number);
    }
  }

  static void destination(JsonGenerator json, DestinationExplanation found) throws IOException {
    json.writeStringField("name", found.depth().name());
    json.writeStringField("kind", AdminJson.word(found.depth().kind()));
    json.writeStringField("service", found.service());
    json.writeNumberField("ready", found.depth().ready());
    json.writeNumberField("leased", found.depth().leased());
    json.writeNumberField("delayed", found.depth().delayed());
    json.writeNumberField("deadLetters", found.depth().deadLetters());
    json.writeStringField("nextDue", AdminJson.text(found.nextDue()));
    json.writeNumberField("consumerCount", found.depth().consumers());
    json.writeArrayFieldStart("consumers");
    for (ConsumerInfo consumer : found.consumers()) {
      json.writeStartObject();
      json.writeStringField("holder", consumer.holder());
      json.writeNumberField("credit", consumer.credit());
      json.writeNumberField("held", consumer.held());
      json.writeBooleanField("reading", consumer.reading());
      json.writeStringField("leaseEnds", AdminJson.text(consumer.leaseEnds()));
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("messages");
    for (DestinationExplanation.Explained message : found.messages()) {
      json.writeStartObject();
      json.writeStringField("id", message.id().toString());
      json.writeStringField("type", message.type());
      place(json, message.standing());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  static void route(JsonGenerator json, RoutePreview route) throws IOException {
    json.writeStringField("type", route.type());
    json.writeStringField("kind", AdminJson.word(route.kind()));
    json.writeBooleanField("known", route.known());
    json.writeArrayFieldStart("receivers");
    for (RoutePreview.Receiver receiver : route.receivers()) {
      json.writeStartObject();
      json.writeStringField("name", receiver.name());
      json.writeStringField("kind", AdminJson.word(receiver.kind()));
      json.writeStringField("service", receiver.service());
      AdminJson.strings(json, "patterns", receiver.patterns());
      json.writeNumberField("consumers", receiver.consumers());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
