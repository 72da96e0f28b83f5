package io.parley.cli;

import io.parley.client.OutgoingMessage;
import io.parley.protocol.model.MessageId;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is said about a command or event to send. */
final class MessageOptions {
  @Mixin BodyOptions content = new BodyOptions();

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "Ordering key: messages of one key are handled one at a time, in order.")
  @Nullable String key;

  @Option(names = "--header", paramLabel = "NAME=VALUE", description = "A header; may be repeated.")
  Map<String, String> headers = new LinkedHashMap<>();

  @Option(
      names = "--id",
      paramLabel = "UUID",
      description = "Its id: sending the same id again within 10 minutes stores nothing new.")
  @Nullable String id;

  @Option(
      names = "--correlation-id",
      paramLabel = "UUID",
      description = "The conversation it belongs to.")
  @Nullable String correlationId;

  @Option(
      names = "--causation-id",
      paramLabel = "UUID",
      description = "The message that caused it.")
  @Nullable String causationId;

  @Option(names = "--delay", paramLabel = "TIME", description = "Handled no earlier than in this.")
  @Nullable Duration delay;

  @Option(names = "--expires-in", paramLabel = "TIME", description = "Not handled after this.")
  @Nullable Duration expiresIn;

  @Option(names = "--priority", paramLabel = "0-9", description = "9 is handled first.")
  int priority;

  /** The message meant. */
  OutgoingMessage message(InputStream stdin) {
    OutgoingMessage message = OutgoingMessage.of(content.type, content.payload(stdin));
    Arguments.requireWithin("--priority", priority, 0, 9);
    message.priority(priority).headers(headers);
    if (key != null) {
      message.key(key);
    }
    if (id != null) {
      message.id(parsed(id));
    }
    if (correlationId != null) {
      message.correlationId(parsed(correlationId));
    }
    if (causationId != null) {
      message.causationId(parsed(causationId));
    }
    if (delay != null) {
      message.delay(delay);
    }
    if (expiresIn != null) {
      message.expiresAt(Instant.now().plus(expiresIn));
    }
    return message;
  }

  private static MessageId parsed(String id) {
    return Arguments.checked(() -> MessageId.parse(id));
  }
}
