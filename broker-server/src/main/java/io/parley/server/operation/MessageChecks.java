package io.parley.server.operation;

import io.parley.engine.operation.Result.Refusal;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.MalformedFrameException;
import io.parley.protocol.WireLimits;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.Names;
import io.parley.protocol.model.OutcomeMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks at records as they come in, before anything is stored. Safe for use by any thread. */
final class MessageChecks {
  private static final int SMALLEST_RECORD = MessageRecord.FIXED_BYTES + 1;

  private final String service;
  private final int maxMessageBytes;

  MessageChecks(String service, int maxMessageBytes) {
    this.service = service;
    this.maxMessageBytes = maxMessageBytes;
  }

  /**
   * Checks every record of a batch.
   *
   * @param kind what all must be, or null for commands and events mixed
   * @return those that can't be stored, by ascending index
   * @throws MalformedFrameException if the bytes are no records at all
   */
  List<Refusal> check(MessageBatch batch, @Nullable MessageKind kind) {
    List<Refusal> refusals = List.of();
    MessageRecord record = new MessageRecord();
    int end = batch.offset() + batch.length();
    int at = batch.offset();
    for (int i = 0; i < batch.count(); i++) {
      int left = end - at;
      int size = left < SMALLEST_RECORD ? left : record.wrap(batch.bytes(), at).size();
      if (size < SMALLEST_RECORD || size > left) {
        throw new MalformedFrameException(
            "record "
                + i
                + ": "
                + size
                + " bytes (expected: "
                + SMALLEST_RECORD
                + " to "
                + left
                + ")");
      }
      Refusal refusal = refusalOf(record, i, size, kind);
      if (refusal != null) {
        refusals = refusals.isEmpty() ? new ArrayList<>() : refusals;
        refusals.add(refusal);
      }
      at += size;
    }
    if (at != end) {
      throw new MalformedFrameException(
          "batch: " + (end - at) + " bytes after its " + batch.count() + " records (expected: 0)");
    }
    return refusals;
  }

  /** Whether it is the type's name that a record was found unfit for. */
  private static ErrorCode codeOf(MessageRecord record) {
    int length = record.typeLength();
    if (length == 0
        || length > WireLimits.NAME_MAX_CHARS
        || record.typeOffset() + length > record.end()) {
      return ErrorCode.INVALID_NAME;
    }
    try {
      Names.require("type", record.type());
      return ErrorCode.INVALID_ARGUMENT;
    } catch (IllegalArgumentException e) {
      return ErrorCode.INVALID_NAME;
    }
  }

  private @Nullable Refusal refusalOf(
      MessageRecord record, int index, int size, @Nullable MessageKind kind) {
    if (size > maxMessageBytes) {
      return new Refusal(
          index,
          0,
          ErrorCode.MESSAGE_TOO_LARGE,
          "message: " + size + " bytes (expected: at most " + maxMessageBytes + ")");
    }
    if (!record.isIntact()) {
      return new Refusal(
          index, 0, ErrorCode.CORRUPT_MESSAGE, "message " + index + " fails its checksum");
    }
    try {
      record.check(record.end());
    } catch (IllegalArgumentException e) {
      return new Refusal(index, 0, codeOf(record), String.valueOf(e.getMessage()));
    }
    if (kind == null ? record.kind() == MessageKind.QUERY : record.kind() != kind) {
      return new Refusal(
          index,
          0,
          ErrorCode.WRONG_KIND,
          "message "
              + index
              + " is a "
              + record.kind()
              + " (expected: "
              + (kind == null ? "COMMAND or EVENT" : kind.name())
              + ")");
    }
    return record.has(MessageRecord.FLAG_HEADERS) ? outcomeRefusal(record, index) : null;
  }

  /** Only its own service's outcome inbox can be meant, by a command whose outcome is kept. */
  private @Nullable Refusal outcomeRefusal(MessageRecord record, int index) {
    String to = OutcomeMessage.serviceOf(record);
    if (to == null) {
      return null;
    }
    if (service.isEmpty() || !to.equals(service)) {
      return new Refusal(
          index,
          0,
          ErrorCode.INVALID_ARGUMENT,
          "outcome inbox of service '" + to + "' (expected: the sender's own, '" + service + "')");
    }
    if (record.kind() != MessageKind.COMMAND || !record.has(MessageRecord.FLAG_TRACK_OUTCOME)) {
      return new Refusal(
          index,
          0,
          ErrorCode.INVALID_ARGUMENT,
          "header '"
              + OutcomeMessage.TO
              + "' of "
              + (record.kind() == MessageKind.COMMAND ? "an untracked COMMAND" : record.kind())
              + " (expected: a command whose outcome is tracked)");
    }
    try {
      Names.require("outcome inbox", OutcomeMessage.inboxOf(to));
    } catch (IllegalArgumentException e) {
      return new Refusal(index, 0, ErrorCode.INVALID_NAME, String.valueOf(e.getMessage()));
    }
    return null;
  }
}
