package io.parley.examples.retail;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.protocol.model.MessageId;
import java.util.UUID;

/**
 * Names the commands of a file after file and line. A shop front that doesn't know how far it got
 * sends them again: they have the same ids, and the broker stores each once.
 *
 * @param file the file's own id
 */
public record CommandIds(MessageId file) {
  /** The ids for a file. */
  public static CommandIds of(RetailFile file) {
    UUID uuid = UUID.nameUUIDFromBytes(("retail:" + file.name()).getBytes(UTF_8));
    return new CommandIds(
        new MessageId(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits()));
  }

  /** The command a row stands for. */
  public MessageId ofRow(RetailRow row) {
    return file.child(row.line());
  }

  /** The check-out that follows the last row of an invoice. */
  public MessageId ofCheckOut(RetailRow lastRow) {
    return file.child(-lastRow.line());
  }
}
