package io.parley.protocol.codec;

import static io.parley.protocol.WireLimits.BATCH_MAX_MESSAGES;
import static io.parley.protocol.WireLimits.CREDIT_MAX;
import static io.parley.protocol.WireLimits.CURSOR_MAX_BYTES;
import static io.parley.protocol.WireLimits.FRAME_HARD_MAX_BYTES;
import static io.parley.protocol.WireLimits.MESSAGE_HARD_MAX_BYTES;
import static io.parley.protocol.WireLimits.SHORT_TEXT_MAX_BYTES;
import static io.parley.protocol.WireLimits.TEXT_MAX_BYTES;
import static io.parley.protocol.WireLimits.UNAUTHENTICATED_FRAME_MAX_BYTES;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.RandomMessages;
import io.parley.protocol.WireLimits;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.FrameType;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.protocol.model.Payload;
import io.parley.protocol.model.Settlement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** Frames with random values inside the limits. */
final class RandomFrames {
  private final Random random;

  RandomFrames(Random random) {
    this.random = random;
  }

  /** A frame of this type. */
  Frame next(FrameType type) {
    return switch (type) {
      case HELLO -> hello();
      case PING -> new Request.Ping(random.nextInt());
      case PONG -> new Response.Pong(random.nextInt());
      case GOODBYE -> new Request.Goodbye(random.nextInt());
      case OK -> new Response.Ok(random.nextInt());
      case SEND -> new Request.Send(random.nextInt(), sequence() + 1, batch());
      case PUBLISH -> new Request.Publish(random.nextInt(), sequence() + 1, batch());
      case CONSUME ->
          new Request.Consume(
              random.nextInt(), random.nextInt(), name(), names(), credit(), amount());
      case SUBSCRIBE ->
          new Request.Subscribe(
              random.nextInt(),
              random.nextInt(),
              name(),
              names(),
              credit(),
              amount(),
              sequence() - 1);
      case CREDIT -> new Request.Credit(random.nextInt(), random.nextInt(), credit());
      case CLOSE_CONSUMER -> new Request.CloseConsumer(random.nextInt(), random.nextInt());
      case SETTLE ->
          new Request.Settle(
              random.nextInt(), random.nextInt(), sequence(), amount(), list(6, this::settlement));
      case RESPOND -> new Request.Respond(random.nextInt(), random.nextInt(), names(), amount());
      case CLOSE_RESPONDER -> new Request.CloseResponder(random.nextInt(), random.nextInt());
      case ASK -> new Request.Ask(random.nextInt(), amount(), amount(), amount(), query());
      case CANCEL_ASK -> new Request.CancelAsk(random.nextInt(), random.nextInt());
      case ANSWER ->
          new Request.Answer(
              random.nextInt(),
              random.nextLong(),
              random.nextInt(0x10000),
              amount(),
              amount(),
              sequence() - 1,
              text(TEXT_MAX_BYTES),
              payload());
      case ASK_PAGES ->
          new Request.AskPages(
              random.nextInt(), amount(), amount(), 1 + random.nextInt(1_024), cursor(), query());
      case PAGE_CREDIT ->
          new Request.PageCredit(random.nextInt(), random.nextInt(), random.nextInt(1_025));
      case ANSWER_PAGE ->
          new Request.AnswerPage(random.nextInt(), random.nextLong(), cursor(), payload());
      case CANCEL_COMMAND -> new Request.CancelCommand(random.nextInt(), RandomMessages.id(random));
      case GET_OUTCOME ->
          new Request.GetOutcome(random.nextInt(), RandomMessages.id(random), amount());
      case HELLO_OK -> helloOk();
      case ERROR ->
          new Response.Failure(
              random.nextInt(), errorCode(), random.nextBoolean(), amount(), text(TEXT_MAX_BYTES));
      case CONFIRM -> new Response.Confirm(random.nextInt(), list(4, this::refusal));
      case SETTLED -> new Response.Settled(random.nextInt(), list(4, this::settleRefusal));
      case ANSWERED ->
          new Response.Answered(
              random.nextInt(),
              random.nextInt(0x10000),
              amount(),
              amount(),
              sequence() - 1,
              text(TEXT_MAX_BYTES),
              payload());
      case PAGE -> new Response.Page(random.nextInt(), cursor(), payload());
      case OUTCOME -> new Response.OutcomeIs(random.nextInt(), outcome());
      case DELIVER ->
          new Push.Deliver(random.nextInt(), random.nextLong(), amount(), list(4, this::segment));
      case QUESTION ->
          new Push.Question(
              random.nextInt(), random.nextLong(), amount(), amount(), amount(), query());
      case QUESTION_PAGES ->
          new Push.QuestionPages(
              random.nextInt(),
              random.nextLong(),
              amount(),
              amount(),
              random.nextInt(1_025),
              cursor(),
              query());
      case QUESTION_CREDIT -> new Push.QuestionCredit(random.nextLong(), random.nextInt(1_025));
      case QUESTION_CANCELLED -> new Push.QuestionCancelled(random.nextLong());
    };
  }

  private String cursor() {
    return text(CURSOR_MAX_BYTES);
  }

  private Request hello() {
    return new Request.Hello(
        random.nextInt(),
        random.nextInt(0x10000),
        random.nextInt(0x10000),
        random.nextLong(),
        name(),
        name(),
        text(255),
        text(255),
        text(TEXT_MAX_BYTES),
        RandomMessages.id(random),
        text(SHORT_TEXT_MAX_BYTES));
  }

  private Response helloOk() {
    int frames = FRAME_HARD_MAX_BYTES - UNAUTHENTICATED_FRAME_MAX_BYTES;
    return new Response.HelloOk(
        random.nextInt(),
        random.nextInt(0x10000),
        random.nextLong(),
        RandomMessages.id(random),
        sequence(),
        UNAUTHENTICATED_FRAME_MAX_BYTES + random.nextInt(frames + 1),
        random.nextInt(MESSAGE_HARD_MAX_BYTES + 1),
        amount(),
        amount(),
        amount());
  }

  private Settlement settlement() {
    long epoch = random.nextLong();
    long sequence = sequence();
    return switch (random.nextInt(6)) {
      case 0 -> new Settlement.Complete(epoch, sequence, settledCount());
      case 1 ->
          new Settlement.CompleteWith(
              epoch,
              sequence,
              random.nextBoolean() ? new Payload(contentType(), bytes()) : null,
              RandomMessages.batch(random, random.nextInt(3)));
      case 2 -> new Settlement.Reject(epoch, sequence, text(255), text(TEXT_MAX_BYTES));
      case 3 ->
          new Settlement.Fail(
              epoch,
              sequence,
              random.nextBoolean(),
              text(SHORT_TEXT_MAX_BYTES),
              text(TEXT_MAX_BYTES),
              sequence() - 1);
      case 4 -> new Settlement.Release(epoch, sequence, settledCount());
      default -> new Settlement.Extend(epoch, sequence, settledCount(), Math.max(1, amount()));
    };
  }

  private int settledCount() {
    return 1 + random.nextInt(BATCH_MAX_MESSAGES / 6);
  }

  private Response.Refusal refusal() {
    return new Response.Refusal(
        random.nextInt(BATCH_MAX_MESSAGES), errorCode(), amount(), text(TEXT_MAX_BYTES));
  }

  private Response.SettleRefusal settleRefusal() {
    return new Response.SettleRefusal(
        random.nextInt(BATCH_MAX_MESSAGES), sequence(), errorCode(), text(TEXT_MAX_BYTES));
  }

  private Outcome outcome() {
    OutcomeStatus[] statuses = OutcomeStatus.values();
    return new Outcome(
        statuses[random.nextInt(statuses.length)],
        text(255),
        text(TEXT_MAX_BYTES),
        payload(),
        random.nextLong());
  }

  private Push.Segment segment() {
    return new Push.Segment(sequence(), random.nextInt(0x10000), random.nextLong(), batch());
  }

  private MessageBatch batch() {
    return RandomMessages.batch(random, 1 + random.nextInt(3));
  }

  private MessageBatch query() {
    return RandomMessages.batch(random, 1);
  }

  private ErrorCode errorCode() {
    ErrorCode[] codes = ErrorCode.values();
    return codes[random.nextInt(codes.length)];
  }

  private Payload payload() {
    byte[] bytes = bytes();
    return new Payload(contentType(), bytes);
  }

  private String contentType() {
    return random.nextBoolean()
        ? RandomMessages.text(random, 1, WireLimits.CONTENT_TYPE_MAX_BYTES)
        : null;
  }

  private byte[] bytes() {
    return RandomMessages.bytes(random, 200);
  }

  private List<String> names() {
    return list(4, this::name);
  }

  private String name() {
    return random.nextInt(4) == 0 ? "" : RandomMessages.name(random);
  }

  private String text(int maxBytes) {
    int max = random.nextInt(4) == 0 ? maxBytes : 20;
    return RandomMessages.text(random, 0, max);
  }

  private int credit() {
    return random.nextInt(CREDIT_MAX + 1);
  }

  private int amount() {
    return random.nextInt() >>> (1 + random.nextInt(31));
  }

  private long sequence() {
    return Math.min(Long.MAX_VALUE - 1, random.nextLong() >>> (1 + random.nextInt(63)));
  }

  private <T> List<T> list(int max, Supplier<T> element) {
    List<T> list = new ArrayList<>();
    for (int left = random.nextInt(max + 1); left > 0; left--) {
      list.add(element.get());
    }
    return list;
  }
}
