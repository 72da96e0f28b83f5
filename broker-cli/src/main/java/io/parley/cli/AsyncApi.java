package io.parley.cli;

import io.parley.cli.console.JsonObject;
import io.parley.client.BrokerUri;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A catalogue as an AsyncAPI 3.0.0 document.
 *
 * <pre>
 *   type            → channel, with one message of its name
 *   owner           → operation SERVICE.receives.TYPE
 *   subscription    → operation SUBSCRIPTION.receives.TYPE
 *   use             → operation SERVICE.sends.TYPE, publishes, asks, answers
 * </pre>
 */
final class AsyncApi {
  private AsyncApi() {}

  static Map<String, Object> of(JsonObject catalog, BrokerUri broker) {
    Map<String, Object> channels = new TreeMap<>();
    Map<String, Object> operations = new TreeMap<>();
    Map<String, Object> messages = new TreeMap<>();
    Map<String, String> services = new HashMap<>();
    for (JsonObject subscription : catalog.objects("subscriptions")) {
      services.put(subscription.text("name"), subscription.text("service"));
    }
    for (JsonObject type : catalog.objects("types")) {
      String name = type.text("name");
      channels.put(name, channel(type));
      messages.put(name, Map.of("name", name, "title", name));
      addReceivers(operations, type, services);
      for (JsonObject use : type.objects("uses")) {
        String service = use.text("service").isEmpty() ? "unnamed" : use.text("service");
        String role = use.text("role");
        String action = role.equals("answers") ? "receive" : "send";
        add(operations, service, service, role, action, name);
      }
    }
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("asyncapi", "3.0.0");
    document.put(
        "info",
        ordered(
            "title",
            "Parley namespace " + broker.namespace(),
            "version",
            "1.0.0",
            "description",
            "Who had to do with which type since " + catalog.text("since") + "."));
    document.put(
        "servers",
        Map.of(
            "parley",
            ordered(
                "host",
                broker.addresses().get(0).host() + ":" + broker.addresses().get(0).port(),
                "protocol",
                "parley")));
    document.put("channels", channels);
    document.put("operations", operations);
    document.put("components", Map.of("messages", messages));
    return document;
  }

  private static Map<String, Object> channel(JsonObject type) {
    String name = type.text("name");
    Map<String, Object> channel = new LinkedHashMap<>();
    channel.put("address", name);
    channel.put("messages", Map.of(name, reference("#/components/messages/" + name)));
    channel.put("x-parley-kind", type.text("kind"));
    putIfThere(channel, "x-parley-owner", type.textOrNull("owner"));
    putIfThere(channel, "x-parley-queue", type.textOrNull("queue"));
    return channel;
  }

  private static void putIfThere(Map<String, Object> into, String name, @Nullable String value) {
    if (value != null) {
      into.put(name, value);
    }
  }

  private static void addReceivers(
      Map<String, Object> operations, JsonObject type, Map<String, String> services) {
    String owner = type.textOrNull("owner");
    if (owner != null) {
      add(operations, owner, owner, "receives", "receive", type.text("name"));
    }
    for (String subscription : type.texts("subscriptions")) {
      String service = services.getOrDefault(subscription, subscription);
      add(operations, subscription, service, "receives", "receive", type.text("name"));
    }
  }

  private static void add(
      Map<String, Object> operations,
      String who,
      String service,
      String does,
      String action,
      String type) {
    operations.put(
        who + "." + does + "." + type,
        ordered(
            "action",
            action,
            "channel",
            reference("#/channels/" + type),
            "messages",
            List.of(reference("#/channels/" + type + "/messages/" + type)),
            "x-parley-service",
            service,
            "x-parley-does",
            does));
  }

  private static Map<String, Object> reference(String to) {
    return Map.of("$ref", to);
  }

  private static Map<String, Object> ordered(Object... namesAndValues) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      fields.put(namesAndValues[i].toString(), namesAndValues[i + 1]);
    }
    return fields;
  }
}
