package io.parley.protocol.codec;

import static io.parley.protocol.WireLimits.BATCH_MAX_MESSAGES;
import static io.parley.protocol.WireLimits.CREDIT_MAX;
import static io.parley.protocol.WireLimits.CURSOR_MAX_BYTES;
import static io.parley.protocol.WireLimits.FRAME_HARD_MAX_BYTES;
import static io.parley.protocol.WireLimits.MESSAGE_HARD_MAX_BYTES;
import static io.parley.protocol.WireLimits.PAGE_CREDIT_MAX;
import static io.parley.protocol.WireLimits.REFUSAL_TEXTS_MAX_BYTES;
import static io.parley.protocol.WireLimits.SHORT_TEXT_MAX_BYTES;
import static io.parley.protocol.WireLimits.TEXT_MAX_BYTES;
import static io.parley.protocol.WireLimits.TYPES_MAX;
import static io.parley.protocol.WireLimits.UNAUTHENTICATED_FRAME_MAX_BYTES;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.MessageToByteEncoder;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.Payload;
import io.parley.protocol.model.Settlement;
import java.util.Collection;

/**
 * Turns frames into bytes, each frame as its record's comment lays it out. As a handler it encodes
 * one frame per write; who has several at hand puts them into one buffer with {@link #encode} or
 * {@link #encodeAll}.
 *
 * <p>What the decoder would refuse is refused here, with an {@link IllegalArgumentException} before
 * a byte is written. Texts for people are cut instead; see {@link
 * io.parley.protocol.WireLimits#TEXT_MAX_BYTES}.
 *
 * <p>Stateless: one instance serves all channels, the static methods run on any thread.
 */
@Sharable
public final class FrameEncoder extends MessageToByteEncoder<Frame> {
  private static final int LENGTH_BYTES = 4;

  /** For all channels. */
  public FrameEncoder() {
    super(Frame.class);
  }

  /** Bytes of a frame on the wire, its length field included. */
  public static int size(Frame frame) {
    return LENGTH_BYTES + (int) counted(frame).size();
  }

  private static WireWriter counted(Frame frame) {
    WireWriter counted = write(frame, WireWriter.counting(frame.type(), REFUSAL_TEXTS_MAX_BYTES));
    if (counted.size() > FRAME_HARD_MAX_BYTES) {
      throw counted.wrong("frame length", counted.size(), "5 to " + FRAME_HARD_MAX_BYTES);
    }
    return counted;
  }

  /** Appends a frame. The buffer grows by {@link #size} at most once; on a refusal not at all. */
  public static void encode(Frame frame, ByteBuf out) {
    WireWriter writer = counted(frame);
    out.ensureWritable(LENGTH_BYTES + (int) writer.size());
    append(frame, out, writer);
  }

  /** Frames back to back in one new buffer of exactly their size. */
  public static ByteBuf encodeAll(Collection<? extends Frame> frames, ByteBufAllocator allocator) {
    int size = 0;
    for (Frame frame : frames) {
      size = Math.addExact(size, size(frame));
    }
    ByteBuf out = allocator.ioBuffer(size);
    for (Frame frame : frames) {
      append(frame, out, WireWriter.counting(frame.type(), REFUSAL_TEXTS_MAX_BYTES));
    }
    return out;
  }

  @Override
  protected ByteBuf allocateBuffer(ChannelHandlerContext ctx, Frame frame, boolean preferDirect) {
    return ctx.alloc().ioBuffer(size(frame));
  }

  @Override
  protected void encode(ChannelHandlerContext ctx, Frame frame, ByteBuf out) {
    append(frame, out, WireWriter.counting(frame.type(), REFUSAL_TEXTS_MAX_BYTES));
  }

  private static void append(Frame frame, ByteBuf out, WireWriter writer) {
    int start = out.writerIndex();
    out.writeInt(0);
    write(frame, writer.into(out));
    out.setInt(start, (int) writer.size());
  }

  private static WireWriter write(Frame frame, WireWriter out) {
    out.u8(frame.type().code()).bits32(frame.correlation());
    return switch (frame.type()) {
      case PING, PONG, GOODBYE, OK -> out;
      case HELLO -> hello((Request.Hello) frame, out);
      case SEND -> {
        Request.Send send = (Request.Send) frame;
        yield batch(send.firstSequence(), send.batch(), out);
      }
      case PUBLISH -> {
        Request.Publish publish = (Request.Publish) frame;
        yield batch(publish.firstSequence(), publish.batch(), out);
      }
      case CANCEL_COMMAND -> out.id(((Request.CancelCommand) frame).command());
      case CONSUME -> consume((Request.Consume) frame, out);
      case SUBSCRIBE -> subscribe((Request.Subscribe) frame, out);
      case CREDIT -> {
        Request.Credit credit = (Request.Credit) frame;
        yield out.bits32(credit.consumer()).u32("messages", credit.messages(), 0, CREDIT_MAX);
      }
      case CLOSE_CONSUMER -> out.bits32(((Request.CloseConsumer) frame).consumer());
      case SETTLE -> settle((Request.Settle) frame, out);
      case RESPOND -> respond((Request.Respond) frame, out);
      case CLOSE_RESPONDER -> out.bits32(((Request.CloseResponder) frame).responder());
      case ASK -> ask((Request.Ask) frame, out);
      case CANCEL_ASK -> out.bits32(((Request.CancelAsk) frame).asked());
      case ANSWER -> {
        Request.Answer answer = (Request.Answer) frame;
        out.bits64(answer.question());
        yield answer(
            answer.status(),
            answer.page(),
            answer.pageSize(),
            answer.total(),
            answer.reason(),
            answer.body(),
            out);
      }
      case ASK_PAGES -> {
        Request.AskPages ask = (Request.AskPages) frame;
        yield pages(ask.timeoutMs(), ask.pageSize(), ask.credit(), 1, ask.from(), ask.query(), out);
      }
      case PAGE_CREDIT -> {
        Request.PageCredit credit = (Request.PageCredit) frame;
        yield out.bits32(credit.asked()).u32("pages", credit.pages(), 0, PAGE_CREDIT_MAX);
      }
      case ANSWER_PAGE -> {
        Request.AnswerPage page = (Request.AnswerPage) frame;
        yield page(page.cursor(), page.body(), out.bits64(page.question()));
      }
      case GET_OUTCOME -> {
        Request.GetOutcome get = (Request.GetOutcome) frame;
        yield amount("wait ms", get.waitMs(), out.id(get.command()));
      }
      case HELLO_OK -> helloOk((Response.HelloOk) frame, out);
      case ERROR -> failure((Response.Failure) frame, out);
      case CONFIRM ->
          out.list16(
              "refusals",
              ((Response.Confirm) frame).refusals(),
              BATCH_MAX_MESSAGES,
              FrameEncoder::refusal);
      case SETTLED ->
          out.list16(
              "refusals",
              ((Response.Settled) frame).refusals(),
              BATCH_MAX_MESSAGES,
              FrameEncoder::settleRefusal);
      case ANSWERED -> {
        Response.Answered answered = (Response.Answered) frame;
        yield answer(
            answered.status(),
            answered.page(),
            answered.pageSize(),
            answered.total(),
            answered.reason(),
            answered.body(),
            out);
      }
      case PAGE -> {
        Response.Page page = (Response.Page) frame;
        yield page(page.cursor(), page.body(), out);
      }
      case OUTCOME -> outcome(((Response.OutcomeIs) frame).outcome(), out);
      case DELIVER -> deliver((Push.Deliver) frame, out);
      case QUESTION -> question((Push.Question) frame, out);
      case QUESTION_PAGES -> {
        Push.QuestionPages asked = (Push.QuestionPages) frame;
        out.bits32(asked.responder()).bits64(asked.question());
        yield pages(
            asked.timeoutMs(),
            asked.pageSize(),
            asked.credit(),
            0,
            asked.from(),
            asked.query(),
            out);
      }
      case QUESTION_CREDIT -> {
        Push.QuestionCredit credit = (Push.QuestionCredit) frame;
        yield out.bits64(credit.question()).u32("pages", credit.pages(), 0, PAGE_CREDIT_MAX);
      }
      case QUESTION_CANCELLED -> out.bits64(((Push.QuestionCancelled) frame).question());
    };
  }

  private static WireWriter amount(String field, int value, WireWriter out) {
    return out.u32(field, value, 0, Integer.MAX_VALUE);
  }

  private static WireWriter hello(Request.Hello hello, WireWriter out) {
    return out.bits32(Request.Hello.MAGIC)
        .u16("oldest version", hello.oldestVersion())
        .u16("newest version", hello.newestVersion())
        .bits64(hello.capabilities())
        .str8("namespace", hello.namespace())
        .str8("service", hello.service())
        .str8("instance", hello.instance())
        .str8("user", hello.user())
        .str16("secret", hello.secret(), TEXT_MAX_BYTES)
        .id(hello.producerSession())
        .text8(hello.clientLibrary(), SHORT_TEXT_MAX_BYTES);
  }

  private static WireWriter batch(long firstSequence, MessageBatch batch, WireWriter out) {
    return out.i64("first sequence", firstSequence, 1)
        .u32("count", batch.count(), 1, BATCH_MAX_MESSAGES)
        .records(batch);
  }

  private static WireWriter consume(Request.Consume consume, WireWriter out) {
    out.bits32(consume.consumer())
        .str8("queue", consume.queue())
        .list16("types", consume.types(), TYPES_MAX, (w, type) -> w.str8("types", type))
        .u32("credit", consume.credit(), 0, CREDIT_MAX);
    return amount("lease ms", consume.leaseMs(), out);
  }

  private static WireWriter subscribe(Request.Subscribe subscribe, WireWriter out) {
    out.bits32(subscribe.consumer())
        .str8("subscription", subscribe.subscription())
        .list16("patterns", subscribe.patterns(), TYPES_MAX, (w, text) -> w.str8("patterns", text))
        .u32("credit", subscribe.credit(), 0, CREDIT_MAX);
    return amount("lease ms", subscribe.leaseMs(), out)
        .i64("from", subscribe.from(), Request.Subscribe.FROM_NOW);
  }

  private static WireWriter settle(Request.Settle settle, WireWriter out) {
    long messages = RequestReader.messagesOf(settle.settlements());
    if (messages > BATCH_MAX_MESSAGES) {
      throw out.wrong("messages of all settlements", messages, "0 to " + BATCH_MAX_MESSAGES);
    }
    return out.bits32(settle.consumer())
        .i64("started", settle.started(), 0)
        .u32("handling micros", settle.handlingMicros(), 0, Integer.MAX_VALUE)
        .list16("settlements", settle.settlements(), BATCH_MAX_MESSAGES, FrameEncoder::settlement);
  }

  private static void settlement(WireWriter out, Settlement settlement) {
    if (settlement instanceof Settlement.Complete complete) {
      settledCount(complete.count(), settled(RequestReader.COMPLETE, complete, out));
    } else if (settlement instanceof Settlement.CompleteWith with) {
      completeWith(with, settled(RequestReader.COMPLETE_WITH, with, out));
    } else if (settlement instanceof Settlement.Reject reject) {
      settled(RequestReader.REJECT, reject, out)
          .str8("code", reject.code())
          .text16("reason", reject.reason(), TEXT_MAX_BYTES);
    } else if (settlement instanceof Settlement.Fail fail) {
      settled(RequestReader.FAIL, fail, out)
          .flag(fail.isFinal())
          .text8(fail.errorClass(), SHORT_TEXT_MAX_BYTES)
          .text16("message", fail.message(), TEXT_MAX_BYTES)
          .i64("retry after ms", fail.retryAfterMs(), -1);
    } else if (settlement instanceof Settlement.Release release) {
      settledCount(release.count(), settled(RequestReader.RELEASE, release, out));
    } else if (settlement instanceof Settlement.Extend extend) {
      settledCount(extend.count(), settled(RequestReader.EXTEND, extend, out));
      out.u32("lease ms", extend.leaseMs(), 1, Integer.MAX_VALUE);
    }
  }

  private static WireWriter settled(int kind, Settlement settlement, WireWriter out) {
    return out.u8(kind).bits64(settlement.epoch()).i64("sequence", settlement.sequence(), 0);
  }

  private static void settledCount(int count, WireWriter out) {
    out.u32("count", count, 1, BATCH_MAX_MESSAGES);
  }

  private static void completeWith(Settlement.CompleteWith with, WireWriter out) {
    Payload result = with.result();
    out.flag(result != null);
    if (result != null) {
      out.contentType(result.contentType()).bytes32(result.bytes());
    }
    out.u32("count", with.emitted().count(), 0, BATCH_MAX_MESSAGES).records32(with.emitted());
  }

  private static WireWriter respond(Request.Respond respond, WireWriter out) {
    out.bits32(respond.responder())
        .list16("types", respond.types(), TYPES_MAX, (w, type) -> w.str8("types", type));
    return amount("concurrency", respond.concurrency(), out);
  }

  private static WireWriter ask(Request.Ask ask, WireWriter out) {
    return query(ask.timeoutMs(), ask.page(), ask.pageSize(), ask.query(), out);
  }

  private static WireWriter question(Push.Question question, WireWriter out) {
    out.bits32(question.responder()).bits64(question.question());
    return query(question.timeoutMs(), question.page(), question.pageSize(), question.query(), out);
  }

  private static WireWriter query(
      int timeoutMs, int page, int pageSize, MessageBatch query, WireWriter out) {
    amount("timeout ms", timeoutMs, out);
    amount("page", page, out);
    return amount("page size", pageSize, out).query32(query);
  }

  private static WireWriter pages(
      int timeoutMs,
      int pageSize,
      int credit,
      int creditMin,
      String from,
      MessageBatch query,
      WireWriter out) {
    amount("timeout ms", timeoutMs, out);
    return amount("page size", pageSize, out)
        .u32("credit", credit, creditMin, PAGE_CREDIT_MAX)
        .str16("from", from, CURSOR_MAX_BYTES)
        .query32(query);
  }

  private static WireWriter page(String cursor, Payload body, WireWriter out) {
    return out.contentType(body.contentType())
        .str16("cursor", cursor, CURSOR_MAX_BYTES)
        .bytes32(body.bytes());
  }

  private static WireWriter answer(
      int status, int page, int pageSize, long total, String reason, Payload body, WireWriter out) {
    out.u16("status", status);
    amount("page", page, out);
    return amount("page size", pageSize, out)
        .i64("total", total, -1)
        .contentType(body.contentType())
        .text16("reason", reason, TEXT_MAX_BYTES)
        .bytes32(body.bytes());
  }

  private static WireWriter helloOk(Response.HelloOk ok, WireWriter out) {
    out.u16("version", ok.version())
        .bits64(ok.capabilities())
        .id(ok.broker())
        .i64("boot", ok.boot(), 0)
        .u32(
            "max frame bytes",
            ok.maxFrameBytes(),
            UNAUTHENTICATED_FRAME_MAX_BYTES,
            FRAME_HARD_MAX_BYTES)
        .u32("max message bytes", ok.maxMessageBytes(), 0, MESSAGE_HARD_MAX_BYTES);
    amount("send window bytes", ok.sendWindowBytes(), out);
    amount("heartbeat ms", ok.heartbeatMs(), out);
    return amount("lease ms", ok.leaseMs(), out);
  }

  private static WireWriter failure(Response.Failure failure, WireWriter out) {
    out.u16("code", failure.code().number()).flag(failure.closing());
    return amount("retry after ms", failure.retryAfterMs(), out)
        .text16("message", failure.message(), TEXT_MAX_BYTES);
  }

  private static void refusal(WireWriter out, Response.Refusal refusal) {
    out.u32("index", refusal.index(), 0, BATCH_MAX_MESSAGES - 1)
        .u16("code", refusal.code().number());
    amount("retry after ms", refusal.retryAfterMs(), out)
        .sharedText16("message", refusal.message(), TEXT_MAX_BYTES);
  }

  private static void settleRefusal(WireWriter out, Response.SettleRefusal refusal) {
    out.u32("index", refusal.index(), 0, BATCH_MAX_MESSAGES - 1)
        .i64("sequence", refusal.sequence(), 0)
        .u16("code", refusal.code().number())
        .sharedText16("message", refusal.message(), TEXT_MAX_BYTES);
  }

  private static WireWriter outcome(Outcome outcome, WireWriter out) {
    return out.u8(outcome.status().code())
        .bits64(outcome.atMs())
        .str8("code", outcome.code())
        .text16("reason", outcome.reason(), TEXT_MAX_BYTES)
        .contentType(outcome.result().contentType())
        .bytes32(outcome.result().bytes());
  }

  private static WireWriter deliver(Push.Deliver deliver, WireWriter out) {
    out.bits32(deliver.consumer()).bits64(deliver.epoch());
    return amount("lease ms", deliver.leaseMs(), out)
        .list16("segments", deliver.segments(), BATCH_MAX_MESSAGES, FrameEncoder::segment);
  }

  private static void segment(WireWriter out, Push.Segment segment) {
    out.i64("first sequence", segment.firstSequence(), 0)
        .u32("count", segment.batch().count(), 1, BATCH_MAX_MESSAGES)
        .u16("attempt", Math.min(segment.attempt(), 0xFFFF))
        .bits64(segment.storedAtMs())
        .records32(segment.batch());
  }
}
