package io.parley.client;

import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import java.security.SecureRandom;
import java.time.InstantSource;

/**
 * A command or event with its id, as bytes: to be kept somewhere and sent later, perhaps by another
 * process, perhaps twice. The broker recognises it by its id, so within its window (10 minutes by
 * default) it is stored once however often it is sent. What an outbox keeps.
 *
 * <p>Needs no client and no broker to be made. Not changeable; any thread may use it.
 */
public final class PreparedMessage {
  private static final MessageIdSource IDS =
      new MessageIdSource(InstantSource.system(), new SecureRandom());

  private final byte[] bytes;
  private final MessageRecord record;

  private PreparedMessage(byte[] bytes) {
    this.bytes = bytes;
    this.record = new MessageRecord().wrap(bytes, 0);
  }

  /**
   * Prepares a command. On a handler's thread it is stamped with the message in hand, as what is
   * sent there is.
   *
   * @throws IllegalArgumentException if a name or number is out of bounds, or the message is larger
   *     than any broker takes: 16 MiB
   * @throws io.parley.protocol.ParleyException if the codec can't encode the body
   */
  public static PreparedMessage command(OutgoingMessage command, PayloadCodec codec) {
    return of(MessageKind.COMMAND, command, codec);
  }

  /** Prepares an event; everything said of {@link #command} holds. */
  public static PreparedMessage event(OutgoingMessage event, PayloadCodec codec) {
    return of(MessageKind.EVENT, event, codec);
  }

  private static PreparedMessage of(MessageKind kind, OutgoingMessage message, PayloadCodec codec) {
    return new PreparedMessage(
        MessageRecord.encode(message.toPrepared(kind, codec, IDS, Cause.ofThisThread())));
  }

  /**
   * Reads one that was kept.
   *
   * @param bytes those of {@link #bytes}
   * @throws IllegalArgumentException if they are none, or damaged
   */
  public static PreparedMessage read(byte[] bytes) {
    if (bytes.length < MessageRecord.FIXED_BYTES) {
      throw new IllegalArgumentException(
          "prepared message: "
              + bytes.length
              + " bytes (expected: "
              + MessageRecord.FIXED_BYTES
              + " or more)");
    }
    PreparedMessage message = new PreparedMessage(bytes.clone());
    message.record.check(bytes.length);
    if (!message.record.isIntact() || message.record.size() != bytes.length) {
      throw new IllegalArgumentException("prepared message: its CRC32C doesn't match its bytes");
    }
    return message;
  }

  /** Its identity, the same each time it is sent. */
  public MessageId id() {
    return record.id();
  }

  /** Command or event. */
  public MessageKind kind() {
    return record.kind();
  }

  /** Name of its type. */
  public String type() {
    return record.type();
  }

  /** What is to be kept: the message's record as docs/protocol.md has it, its version included. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** The bytes for the frame, not to be changed. */
  byte[] record() {
    return bytes;
  }
}
