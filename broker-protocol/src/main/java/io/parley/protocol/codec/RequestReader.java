package io.parley.protocol.codec;

import static io.parley.protocol.WireLimits.BATCH_MAX_MESSAGES;
import static io.parley.protocol.WireLimits.CREDIT_MAX;
import static io.parley.protocol.WireLimits.CURSOR_MAX_BYTES;
import static io.parley.protocol.WireLimits.PAGE_CREDIT_MAX;
import static io.parley.protocol.WireLimits.TEXT_MAX_BYTES;
import static io.parley.protocol.WireLimits.TYPES_MAX;

import io.parley.protocol.MalformedFrameException;
import io.parley.protocol.frame.FrameType;
import io.parley.protocol.frame.Request;
import io.parley.protocol.model.Payload;
import io.parley.protocol.model.Settlement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what clients say, each frame as its record's comment lays it out. */
final class RequestReader {
  static final int COMPLETE = 1;
  static final int COMPLETE_WITH = 2;
  static final int REJECT = 3;
  static final int FAIL = 4;
  static final int RELEASE = 5;
  static final int EXTEND = 6;

  private RequestReader() {}

  static Request read(FrameType type, int correlation, WireReader in) {
    return switch (type) {
      case HELLO -> hello(correlation, in);
      case PING -> new Request.Ping(correlation);
      case GOODBYE -> new Request.Goodbye(correlation);
      case SEND -> send(correlation, in);
      case PUBLISH -> publish(correlation, in);
      case CANCEL_COMMAND -> new Request.CancelCommand(correlation, in.id("command"));
      case CONSUME -> consume(correlation, in);
      case SUBSCRIBE -> subscribe(correlation, in);
      case CREDIT ->
          new Request.Credit(correlation, in.bits32("consumer"), in.u32("messages", 0, CREDIT_MAX));
      case CLOSE_CONSUMER -> new Request.CloseConsumer(correlation, in.bits32("consumer"));
      case SETTLE -> settle(correlation, in);
      case RESPOND -> respond(correlation, in);
      case CLOSE_RESPONDER -> new Request.CloseResponder(correlation, in.bits32("responder"));
      case ASK -> ask(correlation, in);
      case CANCEL_ASK -> new Request.CancelAsk(correlation, in.bits32("correlation of the ask"));
      case ANSWER -> answer(correlation, in);
      case ASK_PAGES -> askPages(correlation, in);
      case PAGE_CREDIT ->
          new Request.PageCredit(
              correlation,
              in.bits32("correlation of the ask"),
              in.u32("pages", 0, PAGE_CREDIT_MAX));
      case ANSWER_PAGE -> answerPage(correlation, in);
      case GET_OUTCOME ->
          new Request.GetOutcome(
              correlation, in.id("command"), in.u32("wait ms", 0, Integer.MAX_VALUE));
      case PONG,
          HELLO_OK,
          ERROR,
          OK,
          CONFIRM,
          DELIVER,
          SETTLED,
          QUESTION,
          QUESTION_CANCELLED,
          ANSWERED,
          PAGE,
          QUESTION_PAGES,
          QUESTION_CREDIT,
          OUTCOME ->
          throw new MalformedFrameException(
              "frame type: " + type + " (expected: one that a client sends)");
    };
  }

  private static Request hello(int correlation, WireReader in) {
    int magic = in.bits32("magic");
    if (magic != Request.Hello.MAGIC) {
      throw in.wrong(
          "magic",
          "0x" + Integer.toHexString(magic),
          "0x" + Integer.toHexString(Request.Hello.MAGIC) + ", \"PRLY\"");
    }
    return new Request.Hello(
        correlation,
        in.u16("oldest version"),
        in.u16("newest version"),
        in.bits64("capabilities"),
        in.str8("namespace"),
        in.str8("service"),
        in.str8("instance"),
        in.str8("user"),
        in.str16("secret", TEXT_MAX_BYTES),
        in.id("producer session"),
        in.str8("client library"));
  }

  private static Request send(int correlation, WireReader in) {
    long firstSequence = in.i64("first sequence", 1);
    return new Request.Send(correlation, firstSequence, in.recordsToEnd(batchCount(in)));
  }

  private static Request publish(int correlation, WireReader in) {
    long firstSequence = in.i64("first sequence", 1);
    return new Request.Publish(correlation, firstSequence, in.recordsToEnd(batchCount(in)));
  }

  private static int batchCount(WireReader in) {
    return in.u32("count", 1, BATCH_MAX_MESSAGES);
  }

  private static Request consume(int correlation, WireReader in) {
    return new Request.Consume(
        correlation,
        in.bits32("consumer"),
        in.str8("queue"),
        names("types", in),
        in.u32("credit", 0, CREDIT_MAX),
        in.u32("lease ms", 0, Integer.MAX_VALUE));
  }

  private static Request subscribe(int correlation, WireReader in) {
    return new Request.Subscribe(
        correlation,
        in.bits32("consumer"),
        in.str8("subscription"),
        names("patterns", in),
        in.u32("credit", 0, CREDIT_MAX),
        in.u32("lease ms", 0, Integer.MAX_VALUE),
        in.i64("from", Request.Subscribe.FROM_NOW));
  }

  private static List<String> names(String field, WireReader in) {
    return in.list16(field, TYPES_MAX, reader -> reader.str8(field));
  }

  private static Request settle(int correlation, WireReader in) {
    Request.Settle settle =
        new Request.Settle(
            correlation,
            in.bits32("consumer"),
            in.i64("started", 0),
            in.u32("handling micros", 0, Integer.MAX_VALUE),
            in.list16("settlements", BATCH_MAX_MESSAGES, RequestReader::settlement));
    long messages = messagesOf(settle.settlements());
    if (messages > BATCH_MAX_MESSAGES) {
      throw in.wrong("messages of all settlements", messages, "0 to " + BATCH_MAX_MESSAGES);
    }
    return settle;
  }

  /** How many messages these settle, each of them at least one. */
  static long messagesOf(List<Settlement> settlements) {
    long messages = 0;
    for (int i = 0; i < settlements.size(); i++) {
      Settlement settlement = settlements.get(i);
      if (settlement instanceof Settlement.Complete complete) {
        messages += complete.count();
      } else if (settlement instanceof Settlement.Release release) {
        messages += release.count();
      } else if (settlement instanceof Settlement.Extend extend) {
        messages += extend.count();
      } else {
        messages++;
      }
    }
    return messages;
  }

  private static Settlement settlement(WireReader in) {
    int kind = in.u8("settlement");
    if (kind < COMPLETE || kind > EXTEND) {
      throw in.wrong("settlement", kind, COMPLETE + " to " + EXTEND);
    }
    long epoch = in.bits64("epoch");
    long sequence = in.i64("sequence", 0);
    return switch (kind) {
      case COMPLETE -> new Settlement.Complete(epoch, sequence, settledCount(in));
      case COMPLETE_WITH -> completeWith(epoch, sequence, in);
      case REJECT ->
          new Settlement.Reject(
              epoch, sequence, in.str8("code"), in.str16("reason", TEXT_MAX_BYTES));
      case FAIL ->
          new Settlement.Fail(
              epoch,
              sequence,
              in.flag("final"),
              in.str8("error class"),
              in.str16("message", TEXT_MAX_BYTES),
              in.i64("retry after ms", -1));
      case RELEASE -> new Settlement.Release(epoch, sequence, settledCount(in));
      default ->
          new Settlement.Extend(
              epoch, sequence, settledCount(in), in.u32("lease ms", 1, Integer.MAX_VALUE));
    };
  }

  private static int settledCount(WireReader in) {
    return in.u32("count", 1, BATCH_MAX_MESSAGES);
  }

  private static Settlement completeWith(long epoch, long sequence, WireReader in) {
    // Not WireReader.payload: an empty result is a result, none is none.
    @Nullable Payload result =
        in.flag("has result") ? new Payload(in.contentType(), in.bytes32("result")) : null;
    int count = in.u32("count", 0, BATCH_MAX_MESSAGES);
    return new Settlement.CompleteWith(epoch, sequence, result, in.records32(count));
  }

  private static Request respond(int correlation, WireReader in) {
    return new Request.Respond(
        correlation,
        in.bits32("responder"),
        names("types", in),
        in.u32("concurrency", 0, Integer.MAX_VALUE));
  }

  private static Request ask(int correlation, WireReader in) {
    return new Request.Ask(
        correlation,
        in.u32("timeout ms", 0, Integer.MAX_VALUE),
        in.u32("page", 0, Integer.MAX_VALUE),
        in.u32("page size", 0, Integer.MAX_VALUE),
        in.records32(1));
  }

  private static Request askPages(int correlation, WireReader in) {
    return new Request.AskPages(
        correlation,
        in.u32("timeout ms", 0, Integer.MAX_VALUE),
        in.u32("page size", 0, Integer.MAX_VALUE),
        in.u32("credit", 1, PAGE_CREDIT_MAX),
        in.str16("from", CURSOR_MAX_BYTES),
        in.records32(1));
  }

  private static Request answerPage(int correlation, WireReader in) {
    long question = in.bits64("question");
    @Nullable String contentType = in.contentType();
    String cursor = in.str16("cursor", CURSOR_MAX_BYTES);
    Payload body = WireReader.payload(contentType, in.bytes32("body"));
    return new Request.AnswerPage(correlation, question, cursor, body);
  }

  private static Request answer(int correlation, WireReader in) {
    long question = in.bits64("question");
    int status = in.u16("status");
    int page = in.u32("page", 0, Integer.MAX_VALUE);
    int pageSize = in.u32("page size", 0, Integer.MAX_VALUE);
    long total = in.i64("total", -1);
    @Nullable String contentType = in.contentType();
    String reason = in.str16("reason", TEXT_MAX_BYTES);
    Payload body = WireReader.payload(contentType, in.bytes32("body"));
    return new Request.Answer(correlation, question, status, page, pageSize, total, reason, body);
  }
}
