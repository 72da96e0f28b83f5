package io.parley.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.parley.server.admin.CatalogInfo;
import io.parley.server.admin.SubscriptionInfo;
import io.parley.server.admin.TransferInfo;
import java.io.IOException;

/** Writes who owns and uses what. The names here are a contract with tools. */
final class CatalogJson {
  private CatalogJson() {}

  static void transfer(JsonGenerator json, TransferInfo transfer) throws IOException {
    json.writeStringField("type", transfer.type());
    json.writeStringField("owner", transfer.owner());
    json.writeStringField("queue", transfer.queue());
    json.writeNumberField("moved", transfer.moved());
    json.writeBooleanField("moving", transfer.moving());
  }

  static void catalog(JsonGenerator json, CatalogInfo catalog) throws IOException {
    json.writeStringField("since", catalog.since().toString());
    json.writeNumberField("usesLost", catalog.usesLost());
    json.writeArrayFieldStart("types");
    for (CatalogInfo.Type type : catalog.types()) {
      json.writeStartObject();
      type(json, type);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("subscriptions");
    for (SubscriptionInfo subscription : catalog.subscriptions()) {
      json.writeStartObject();
      AdminJson.subscription(json, subscription);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void type(JsonGenerator json, CatalogInfo.Type type) throws IOException {
    json.writeStringField("name", type.name());
    json.writeStringField("kind", AdminJson.word(type.kind()));
    json.writeBooleanField("declared", type.declared());
    json.writeStringField("owner", type.owner());
    json.writeStringField("queue", type.queue());
    json.writeNumberField("waiting", type.waiting());
    json.writeNumberField("consumers", type.consumers());
    AdminJson.strings(json, "subscriptions", type.subscriptions());
    json.writeArrayFieldStart("uses");
    for (CatalogInfo.Use use : type.uses()) {
      json.writeStartObject();
      json.writeStringField("service", use.service());
      json.writeStringField("role", AdminJson.word(use.role()));
      json.writeStringField("firstSeen", use.firstSeen().toString());
      json.writeStringField("lastSeen", use.lastSeen().toString());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
