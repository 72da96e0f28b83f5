package io.parley.protocol.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.protocol.WireLimits;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The message that tells a command's sender what became of it, in the outcome inbox of the sender's
 * service. The broker makes it when the command ends.
 *
 * <p>A command asks for it by a header, {@link #TO}, which names the service, and by {@link
 * MessageRecord#FLAG_TRACK_OUTCOME}. The outcome inbox is a subscription of that service whose name
 * ends in {@link #INBOX_SUFFIX}; it gets outcomes and nothing else.
 *
 * <p>The outcome message is an event of type {@link #TYPE}. Its causation id is the command, its
 * correlation id the command's conversation, its body the result; headers say the rest.
 */
public final class OutcomeMessage {
  /** Type of all of them. */
  public static final String TYPE = "parley.CommandEnded";

  /** Header of a command: the service to whose outcome inbox its outcome goes. */
  public static final String TO = "parley-outcome-to";

  /** Header: the {@link OutcomeStatus}. */
  public static final String STATUS = "parley-outcome";

  /** Header: the command's type. */
  public static final String COMMAND_TYPE = "parley-command-type";

  /** Header: the rejection's code or the failure's error class, where there is one. */
  public static final String CODE = "parley-code";

  /** Header: for people, where there is something to say. */
  public static final String REASON = "parley-reason";

  /** Header: bytes of a result that had no room beside the rest; the ledger has it. */
  public static final String RESULT_LEFT_OUT = "parley-result-left-out";

  /** How the name of every outcome inbox ends. */
  public static final String INBOX_SUFFIX = ".outcomes";

  /** Room for everything but the result. */
  private static final int HEAD_MAX_BYTES = 16 * 1024;

  private static final byte[] TO_BYTES = TO.getBytes(UTF_8);

  private OutcomeMessage() {}

  /** Name of a service's outcome inbox. */
  public static String inboxOf(String service) {
    return service + INBOX_SUFFIX;
  }

  /** Whether a subscription's name is an outcome inbox's. */
  public static boolean isInbox(String subscription) {
    return subscription.endsWith(INBOX_SUFFIX);
  }

  /** The service to whose outcome inbox a message's outcome goes, or null. Makes no map. */
  public static @Nullable String serviceOf(MessageRecord record) {
    return record.has(MessageRecord.FLAG_HEADERS) ? record.header(TO_BYTES) : null;
  }

  /**
   * Makes it.
   *
   * @param command the command that ended
   * @param ordinal another for each time that this command ends; a redriven one may end again
   */
  public static Message of(MessageRecord command, Outcome outcome, int ordinal) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(STATUS, outcome.status().name());
    headers.put(COMMAND_TYPE, command.type());
    if (!outcome.code().isEmpty()) {
      headers.put(CODE, cut(outcome.code()));
    }
    if (!outcome.reason().isEmpty()) {
      headers.put(REASON, cut(outcome.reason()));
    }
    Payload result = outcome.result();
    if (result.bytes().length > WireLimits.MESSAGE_HARD_MAX_BYTES - HEAD_MAX_BYTES) {
      headers.put(RESULT_LEFT_OUT, String.valueOf(result.bytes().length));
      result = Payload.EMPTY;
    }
    MessageId id = command.id();
    MessageId conversation = command.correlationId();
    String contentType = result.contentType();
    return new Message(
        id.child(ordinal | Integer.MIN_VALUE), // what a handler emits is numbered from 0
        MessageKind.EVENT,
        TYPE,
        null,
        conversation == null ? id : conversation,
        id,
        0,
        0,
        0,
        false,
        false,
        contentType == null || contentType.isEmpty() ? null : contentType,
        headers,
        result.bytes());
  }

  /**
   * Reads the outcome.
   *
   * @param headers of the outcome message
   * @param result its body
   * @param atMs when it was stored
   * @throws IllegalArgumentException if it is none
   */
  public static Outcome outcome(Map<String, String> headers, Payload result, long atMs) {
    String status = headers.get(STATUS);
    if (status == null) {
      throw new IllegalArgumentException(
          "header '" + STATUS + "': none (expected: a status, as outcome messages have)");
    }
    return new Outcome(
        OutcomeStatus.valueOf(status),
        headers.getOrDefault(CODE, ""),
        headers.getOrDefault(REASON, ""),
        result,
        atMs);
  }

  private static String cut(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    if (bytes.length <= WireLimits.HEADER_VALUE_MAX_BYTES) {
      return text;
    }
    int end = WireLimits.HEADER_VALUE_MAX_BYTES;
    while ((bytes[end] & 0xC0) == 0x80) {
      end--;
    }
    return new String(Arrays.copyOf(bytes, end), UTF_8);
  }
}
