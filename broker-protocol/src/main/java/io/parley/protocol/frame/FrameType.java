package io.parley.protocol.frame;

import org.jspecify.annotations.Nullable;

/**
 * The frames and their codes. A code is never reused.
 *
 * <p>0x0_ the connection itself, 0x1_ sending, 0x2_ consuming, 0x3_ settling, 0x4_ queries, 0x5_
 * outcomes. PONG and the codes from 0x80 go from broker to client, the others from client to
 * broker.
 */
public enum FrameType {
  HELLO(0x01),
  PING(0x02),
  PONG(0x03),
  GOODBYE(0x04),
  SEND(0x10),
  PUBLISH(0x11),
  CANCEL_COMMAND(0x12),
  CONSUME(0x20),
  SUBSCRIBE(0x21),
  CREDIT(0x22),
  CLOSE_CONSUMER(0x23),
  SETTLE(0x30),
  RESPOND(0x40),
  CLOSE_RESPONDER(0x41),
  ASK(0x42),
  CANCEL_ASK(0x43),
  ANSWER(0x44),
  ASK_PAGES(0x45),
  PAGE_CREDIT(0x46),
  ANSWER_PAGE(0x47),
  GET_OUTCOME(0x50),
  HELLO_OK(0x81),
  ERROR(0x82),
  OK(0x83),
  CONFIRM(0x90),
  DELIVER(0xA0),
  SETTLED(0xB0),
  QUESTION(0xC0),
  QUESTION_CANCELLED(0xC1),
  ANSWERED(0xC2),
  PAGE(0xC3),
  QUESTION_PAGES(0xC4),
  QUESTION_CREDIT(0xC5),
  OUTCOME(0xD0);

  private static final @Nullable FrameType[] BY_CODE = new FrameType[256];

  static {
    for (FrameType type : values()) {
      BY_CODE[type.code] = type;
    }
  }

  private final int code;

  FrameType(int code) {
    this.code = code;
  }

  /** The byte on the wire. */
  public int code() {
    return code;
  }

  /** Whether the broker sends it; else the client does. */
  public boolean isFromBroker() {
    return code >= 0x80 || this == PONG;
  }

  /** The frame with this code, or null. */
  public static @Nullable FrameType ofCode(int code) {
    return BY_CODE[code & 0xFF];
  }
}
