package io.parley.protocol.codec;

import static io.parley.protocol.WireLimits.BATCH_MAX_MESSAGES;
import static io.parley.protocol.WireLimits.CURSOR_MAX_BYTES;
import static io.parley.protocol.WireLimits.FRAME_HARD_MAX_BYTES;
import static io.parley.protocol.WireLimits.MESSAGE_HARD_MAX_BYTES;
import static io.parley.protocol.WireLimits.PAGE_CREDIT_MAX;
import static io.parley.protocol.WireLimits.TEXT_MAX_BYTES;
import static io.parley.protocol.WireLimits.UNAUTHENTICATED_FRAME_MAX_BYTES;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.MalformedFrameException;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.FrameType;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.protocol.model.Payload;
import org.jspecify.annotations.Nullable;

/** Reads what the broker says, each frame as its record's comment lays it out. */
final class AnswerReader {
  private AnswerReader() {}

  static Frame read(FrameType type, int correlation, WireReader in) {
    return switch (type) {
      case HELLO_OK -> helloOk(correlation, in);
      case ERROR -> failure(correlation, in);
      case OK -> new Response.Ok(correlation);
      case PONG -> new Response.Pong(correlation);
      case CONFIRM ->
          new Response.Confirm(
              correlation, in.list16("refusals", BATCH_MAX_MESSAGES, AnswerReader::refusal));
      case SETTLED ->
          new Response.Settled(
              correlation, in.list16("refusals", BATCH_MAX_MESSAGES, AnswerReader::settleRefusal));
      case ANSWERED -> answered(correlation, in);
      case PAGE -> page(correlation, in);
      case OUTCOME -> new Response.OutcomeIs(correlation, outcome(in));
      case DELIVER -> deliver(pushed(correlation, in));
      case QUESTION -> question(pushed(correlation, in));
      case QUESTION_PAGES -> questionPages(pushed(correlation, in));
      case QUESTION_CREDIT ->
          new Push.QuestionCredit(
              pushed(correlation, in).bits64("question"), in.u32("pages", 0, PAGE_CREDIT_MAX));
      case QUESTION_CANCELLED ->
          new Push.QuestionCancelled(pushed(correlation, in).bits64("question"));
      case HELLO,
          PING,
          GOODBYE,
          SEND,
          PUBLISH,
          CANCEL_COMMAND,
          CONSUME,
          SUBSCRIBE,
          CREDIT,
          CLOSE_CONSUMER,
          SETTLE,
          RESPOND,
          CLOSE_RESPONDER,
          ASK,
          CANCEL_ASK,
          ANSWER,
          ASK_PAGES,
          PAGE_CREDIT,
          ANSWER_PAGE,
          GET_OUTCOME ->
          throw new MalformedFrameException(
              "frame type: " + type + " (expected: one that a broker sends)");
    };
  }

  private static WireReader pushed(int correlation, WireReader in) {
    if (correlation != 0) {
      throw in.wrong("correlation", Integer.toUnsignedString(correlation), "0");
    }
    return in;
  }

  private static Response helloOk(int correlation, WireReader in) {
    return new Response.HelloOk(
        correlation,
        in.u16("version"),
        in.bits64("capabilities"),
        in.id("broker"),
        in.i64("boot", 0),
        in.u32("max frame bytes", UNAUTHENTICATED_FRAME_MAX_BYTES, FRAME_HARD_MAX_BYTES),
        in.u32("max message bytes", 0, MESSAGE_HARD_MAX_BYTES),
        in.u32("send window bytes", 0, Integer.MAX_VALUE),
        in.u32("heartbeat ms", 0, Integer.MAX_VALUE),
        in.u32("lease ms", 0, Integer.MAX_VALUE));
  }

  private static Response failure(int correlation, WireReader in) {
    int number = in.u16("code");
    return new Response.Failure(
        correlation,
        known(number),
        in.flag("closing"),
        in.u32("retry after ms", 0, Integer.MAX_VALUE),
        explained(number, in.str16("message", TEXT_MAX_BYTES)));
  }

  private static Response.Refusal refusal(WireReader in) {
    int index = in.u32("index", 0, BATCH_MAX_MESSAGES - 1);
    int number = in.u16("code");
    return new Response.Refusal(
        index,
        known(number),
        in.u32("retry after ms", 0, Integer.MAX_VALUE),
        explained(number, in.str16("message", TEXT_MAX_BYTES)));
  }

  private static Response.SettleRefusal settleRefusal(WireReader in) {
    int index = in.u32("index", 0, BATCH_MAX_MESSAGES - 1);
    long sequence = in.i64("sequence", 0);
    int number = in.u16("code");
    return new Response.SettleRefusal(
        index, sequence, known(number), explained(number, in.str16("message", TEXT_MAX_BYTES)));
  }

  /** A newer broker may have codes this build has no name for; that is no reason to hang up. */
  private static ErrorCode known(int number) {
    ErrorCode code = ErrorCode.ofNumber(number);
    return code == null ? ErrorCode.INTERNAL : code;
  }

  private static String explained(int number, String message) {
    return ErrorCode.ofNumber(number) == null ? "error " + number + ": " + message : message;
  }

  private static Response answered(int correlation, WireReader in) {
    int status = in.u16("status");
    int page = in.u32("page", 0, Integer.MAX_VALUE);
    int pageSize = in.u32("page size", 0, Integer.MAX_VALUE);
    long total = in.i64("total", -1);
    @Nullable String contentType = in.contentType();
    String reason = in.str16("reason", TEXT_MAX_BYTES);
    Payload body = WireReader.payload(contentType, in.bytes32("body"));
    return new Response.Answered(correlation, status, page, pageSize, total, reason, body);
  }

  private static Outcome outcome(WireReader in) {
    int code = in.u8("status");
    OutcomeStatus status;
    try {
      status = OutcomeStatus.ofCode(code);
    } catch (IllegalArgumentException e) {
      throw in.wrong("status", code, "0 to 5");
    }
    long atMs = in.bits64("at ms");
    return new Outcome(
        status, in.str8("code"), in.str16("reason", TEXT_MAX_BYTES), in.payload("result"), atMs);
  }

  private static Push deliver(WireReader in) {
    return new Push.Deliver(
        in.bits32("consumer"),
        in.bits64("epoch"),
        in.u32("lease ms", 0, Integer.MAX_VALUE),
        in.list16("segments", BATCH_MAX_MESSAGES, AnswerReader::segment));
  }

  private static Push.Segment segment(WireReader in) {
    long firstSequence = in.i64("first sequence", 0);
    int count = in.u32("count", 1, BATCH_MAX_MESSAGES);
    return new Push.Segment(
        firstSequence, in.u16("attempt"), in.bits64("stored at ms"), in.records32(count));
  }

  private static Push question(WireReader in) {
    return new Push.Question(
        in.bits32("responder"),
        in.bits64("question"),
        in.u32("timeout ms", 0, Integer.MAX_VALUE),
        in.u32("page", 0, Integer.MAX_VALUE),
        in.u32("page size", 0, Integer.MAX_VALUE),
        in.records32(1));
  }

  private static Response page(int correlation, WireReader in) {
    @Nullable String contentType = in.contentType();
    String cursor = in.str16("cursor", CURSOR_MAX_BYTES);
    Payload body = WireReader.payload(contentType, in.bytes32("body"));
    return new Response.Page(correlation, cursor, body);
  }

  private static Push questionPages(WireReader in) {
    return new Push.QuestionPages(
        in.bits32("responder"),
        in.bits64("question"),
        in.u32("timeout ms", 0, Integer.MAX_VALUE),
        in.u32("page size", 0, Integer.MAX_VALUE),
        in.u32("credit", 0, PAGE_CREDIT_MAX),
        in.str16("from", CURSOR_MAX_BYTES),
        in.records32(1));
  }
}
