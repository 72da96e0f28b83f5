package io.parley.protocol.frame;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.Payload;
import java.util.List;

/** What the broker answers. */
public sealed interface Response extends Frame {

  /**
   * Welcome. {@code u16 version, u64 capabilities, id broker, u64 boot, u32 max frame bytes, u32
   * max message bytes, u32 send window bytes, u32 heartbeat ms, u32 lease ms}.
   *
   * @param broker identity of the data directory's owner, the same across restarts
   * @param boot grows with each start of the broker, and lease epochs with it
   * @param sendWindowBytes most unconfirmed bytes of records the client may have on the way
   * @param heartbeatMs either side closes after three times this without a frame; the client pings
   * @param leaseMs the default lease
   */
  record HelloOk(
      int correlation,
      int version,
      long capabilities,
      MessageId broker,
      long boot,
      int maxFrameBytes,
      int maxMessageBytes,
      int sendWindowBytes,
      int heartbeatMs,
      int leaseMs)
      implements Response {
    @Override
    public FrameType type() {
      return FrameType.HELLO_OK;
    }
  }

  /**
   * A request failed, or with correlation 0 and {@code closing} the connection did. {@code u16
   * code, u8 closing, u32 retry after ms, str16 message}.
   */
  record Failure(int correlation, ErrorCode code, boolean closing, int retryAfterMs, String message)
      implements Response {
    @Override
    public FrameType type() {
      return FrameType.ERROR;
    }
  }

  /** Done. Empty. */
  record Ok(int correlation) implements Response {
    @Override
    public FrameType type() {
      return FrameType.OK;
    }
  }

  /** I'm here. Empty. */
  record Pong(int correlation) implements Response {
    @Override
    public FrameType type() {
      return FrameType.PONG;
    }
  }

  /**
   * Every message of the batch is durable but the refused ones. {@code list16 of refusals: u32
   * index, u16 code, u32 retry after ms, str16 message}.
   */
  record Confirm(int correlation, List<Refusal> refusals) implements Response {
    @Override
    public FrameType type() {
      return FrameType.CONFIRM;
    }
  }

  /**
   * Every settlement is durable but the refused ones. {@code list16 of refusals: u32 index, u64
   * sequence, u16 code, str16 message}.
   */
  record Settled(int correlation, List<SettleRefusal> refusals) implements Response {
    @Override
    public FrameType type() {
      return FrameType.SETTLED;
    }
  }

  /**
   * The answer to an ask. {@code u16 status, u32 page, u32 page size, i64 total, str8 content type,
   * str16 reason, bytes32 body}.
   */
  record Answered(
      int correlation, int status, int page, int pageSize, long total, String reason, Payload body)
      implements Response {
    @Override
    public FrameType type() {
      return FrameType.ANSWERED;
    }
  }

  /**
   * One page of the answer to an ask of pages. {@code str8 content type, str16 cursor, bytes32
   * body}.
   *
   * @param cursor as its responder gave it; empty where it gave none
   */
  record Page(int correlation, String cursor, Payload body) implements Response {
    @Override
    public FrameType type() {
      return FrameType.PAGE;
    }
  }

  /**
   * What became of a command. {@code u8 status, i64 at ms, str8 code, str16 reason, str8 content
   * type, bytes32 result}.
   */
  record OutcomeIs(int correlation, Outcome outcome) implements Response {
    @Override
    public FrameType type() {
      return FrameType.OUTCOME;
    }
  }

  /**
   * One message of a batch that was not stored.
   *
   * @param index its place in the batch, from 0
   */
  record Refusal(int index, ErrorCode code, int retryAfterMs, String message) {}

  /**
   * One message that was not settled.
   *
   * @param index the settlement's place in the frame, from 0
   */
  record SettleRefusal(int index, long sequence, ErrorCode code, String message) {}
}
