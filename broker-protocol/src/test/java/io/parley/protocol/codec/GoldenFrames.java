package io.parley.protocol.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.WireLimits;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.protocol.model.Payload;
import io.parley.protocol.model.Settlement;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The frames and records of the golden files, by the files' names. */
final class GoldenFrames {
  private static final MessageId SESSION = MessageId.parse("6f2d4a10-93b5-4c1e-8d77-52e0c9f0a3b1");
  private static final MessageId BROKER = MessageId.parse("b40c7e52-0d1f-4e0a-9a56-7f3c2d1e0b9a");
  private static final MessageId COMMAND = MessageId.parse("01933a80-7c00-7000-8000-0000000000a1");
  private static final MessageId OTHER = MessageId.parse("01933a80-7c00-7000-8000-0000000000a2");
  private static final MessageId QUERY = MessageId.parse("01933a80-7c00-7000-8000-0000000000a3");

  private static final int CONSUMER = 3;
  private static final long BOOT = 2;
  private static final long EPOCH = (BOOT << 40) + 9;
  private static final long STORED_AT_MS = 1_731_931_200_000L;

  private static final Message ADD =
      message(
          COMMAND, MessageKind.COMMAND, "shop.cart.AddProductToCart", "{\"product\":\"85123A\"}");
  private static final Message CHECK_OUT =
      message(OTHER, MessageKind.COMMAND, "shop.cart.CheckOutCart", "");
  private static final Message ADDED =
      new Message(
          COMMAND.child(0),
          MessageKind.EVENT,
          "shop.cart.ProductAddedToCart",
          "cart-17",
          COMMAND,
          COMMAND,
          0,
          0,
          0,
          false,
          false,
          "application/json",
          Map.of(),
          "{\"product\":\"85123A\"}".getBytes(UTF_8));
  private static final Message GET_CART =
      new Message(
          QUERY,
          MessageKind.QUERY,
          "shop.cart.GetCart",
          null,
          null,
          null,
          0,
          0,
          0,
          false,
          false,
          null,
          Map.of("cart", "17"),
          new byte[0]);
  private static final Payload RESULT = new Payload("text/plain", "1 item".getBytes(UTF_8));

  private GoldenFrames() {}

  /** Records alone. */
  static Map<String, Message> messages() {
    Map<String, Message> messages = new LinkedHashMap<>();
    messages.put(
        "record-smallest",
        new Message(
            COMMAND,
            MessageKind.COMMAND,
            "t",
            null,
            null,
            null,
            0,
            0,
            0,
            false,
            false,
            null,
            Map.of(),
            new byte[0]));
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("tenant", "4711");
    headers.put("empty", "");
    headers.put("größe", "€ 5");
    messages.put(
        "record-every-field",
        new Message(
            OTHER,
            MessageKind.EVENT,
            "shop.cart.CartCheckedOut",
            "cart-17",
            COMMAND,
            QUERY,
            STORED_AT_MS,
            STORED_AT_MS + 86_400_000,
            9,
            true,
            true,
            "application/json",
            headers,
            new byte[] {0, 1, (byte) 0xFE, (byte) 0xFF}));
    return messages;
  }

  /** Every frame at least once. */
  static Map<String, Frame> frames() {
    Map<String, Frame> frames = new LinkedHashMap<>();
    connection(frames);
    sending(frames);
    consuming(frames);
    settling(frames);
    queries(frames);
    outcomes(frames);
    return frames;
  }

  private static void connection(Map<String, Frame> frames) {
    frames.put(
        "hello",
        new Request.Hello(
            1,
            1,
            1,
            0,
            "default",
            "cart",
            "cart-7f9c",
            "cart",
            "s3cret",
            SESSION,
            "parley-java/0.1.0"));
    frames.put(
        "hello-ok",
        new Response.HelloOk(
            1,
            1,
            0,
            BROKER,
            BOOT,
            WireLimits.MESSAGE_DEFAULT_MAX_BYTES + WireLimits.FRAME_OVERHEAD_BYTES,
            WireLimits.MESSAGE_DEFAULT_MAX_BYTES,
            8 * 1024 * 1024,
            10_000,
            30_000));
    frames.put("ping", new Request.Ping(12));
    frames.put("pong", new Response.Pong(12));
    frames.put("goodbye", new Request.Goodbye(13));
    frames.put(
        "error",
        new Response.Failure(
            4, ErrorCode.OWNED_BY, false, 0, "type 'shop.cart.AddProductToCart': owned by cart"));
    frames.put(
        "error-closing",
        new Response.Failure(0, ErrorCode.GOING_AWAY, true, 1_000, "the broker is stopping"));
    frames.put("ok", new Response.Ok(3));
  }

  private static void sending(Map<String, Frame> frames) {
    frames.put("send", new Request.Send(2, 1, batch(ADD)));
    frames.put("send-batch", new Request.Send(5, 2, batch(ADD, CHECK_OUT)));
    frames.put("publish", new Request.Publish(6, 4, batch(ADDED)));
    frames.put("confirm", new Response.Confirm(2, List.of()));
    frames.put(
        "confirm-refusals",
        new Response.Confirm(
            5,
            List.of(
                new Response.Refusal(
                    0, ErrorCode.QUOTA_EXCEEDED, 500, "queue 'cart': 1000000 messages"),
                new Response.Refusal(1, ErrorCode.CORRUPT_MESSAGE, 0, ""))));
  }

  private static void consuming(Map<String, Frame> frames) {
    frames.put(
        "consume",
        new Request.Consume(3, CONSUMER, "", List.of("shop.cart.AddProductToCart"), 100, 0));
    frames.put(
        "subscribe",
        new Request.Subscribe(
            7,
            4,
            "analytics",
            List.of("shop.cart.*", "shop.>"),
            65_536,
            43_200_000,
            1_790_000_000_000L));
    frames.put(
        "subscribe-only", new Request.Subscribe(8, 0, "analytics", List.of("shop.>"), 0, 0, -1));
    frames.put("credit", new Request.Credit(0, CONSUMER, 60));
    frames.put("close-consumer", new Request.CloseConsumer(9, CONSUMER));
    frames.put(
        "deliver",
        new Push.Deliver(
            CONSUMER, EPOCH, 30_000, List.of(new Push.Segment(41, 1, STORED_AT_MS, batch(ADD)))));
    frames.put(
        "deliver-segments",
        new Push.Deliver(
            CONSUMER,
            EPOCH + 1,
            30_000,
            List.of(
                new Push.Segment(41, 2, STORED_AT_MS, batch(ADD)),
                new Push.Segment(43, 1, STORED_AT_MS + 5, batch(ADD, CHECK_OUT)))));
  }

  private static void settling(Map<String, Frame> frames) {
    frames.put(
        "settle-complete",
        new Request.Settle(10, CONSUMER, 60, 250, List.of(new Settlement.Complete(EPOCH, 41, 60))));
    frames.put(
        "settle-complete-with",
        new Request.Settle(
            4, CONSUMER, 1, List.of(new Settlement.CompleteWith(EPOCH, 41, RESULT, batch(ADDED)))));
    frames.put(
        "settle-every-kind",
        new Request.Settle(
            11,
            CONSUMER,
            6,
            List.of(
                new Settlement.Complete(EPOCH, 41, 1),
                new Settlement.CompleteWith(EPOCH, 42, null, MessageBatch.EMPTY),
                new Settlement.Reject(EPOCH, 43, "FORBIDDEN", "no customer"),
                new Settlement.Fail(
                    EPOCH, 44, false, "java.net.ConnectException", "stock is down", -1),
                new Settlement.Release(EPOCH, 45, 10),
                new Settlement.Extend(EPOCH, 55, 5, 60_000))));
    frames.put("settle-started", new Request.Settle(0, CONSUMER, 7, List.of()));
    frames.put("settled", new Response.Settled(4, List.of()));
    frames.put(
        "settled-refusals",
        new Response.Settled(
            11,
            List.of(
                new Response.SettleRefusal(
                    0, 41, ErrorCode.LEASE_LOST, "sequence 41: epoch 2199023255561"),
                new Response.SettleRefusal(4, 46, ErrorCode.ALREADY_SETTLED, ""))));
  }

  private static void queries(Map<String, Frame> frames) {
    frames.put("respond", new Request.Respond(14, 1, List.of("shop.cart.GetCart"), 8));
    frames.put("close-responder", new Request.CloseResponder(15, 1));
    frames.put("ask", new Request.Ask(16, 5_000, 0, 20, batch(GET_CART)));
    frames.put("cancel-ask", new Request.CancelAsk(0, 16));
    frames.put("question", new Push.Question(1, 77, 4_990, 0, 20, batch(GET_CART)));
    frames.put("question-cancelled", new Push.QuestionCancelled(77));
    frames.put("answer", new Request.Answer(0, 77, 200, 0, 20, 1, "", RESULT));
    frames.put(
        "answer-not-found",
        new Request.Answer(0, 78, 404, 0, 0, -1, "cart '18': not found", Payload.EMPTY));
    frames.put("answered", new Response.Answered(16, 200, 0, 20, 1, "", RESULT));
    frames.put("ask-pages", new Request.AskPages(20, 5_000, 20, 4, "", batch(GET_CART)));
    frames.put("page-credit", new Request.PageCredit(0, 20, 2));
    frames.put("question-pages", new Push.QuestionPages(1, 79, 4_990, 20, 4, "", batch(GET_CART)));
    frames.put("question-credit", new Push.QuestionCredit(79, 2));
    frames.put("answer-page", new Request.AnswerPage(0, 79, "after 20", RESULT));
    frames.put("page", new Response.Page(20, "after 20", RESULT));
    frames.put("answer-pages-end", new Request.Answer(0, 79, 204, 0, 0, -1, "", Payload.EMPTY));
  }

  private static void outcomes(Map<String, Frame> frames) {
    frames.put("cancel-command", new Request.CancelCommand(18, COMMAND));
    frames.put("get-outcome", new Request.GetOutcome(17, COMMAND, 30_000));
    frames.put(
        "outcome",
        new Response.OutcomeIs(
            17, new Outcome(OutcomeStatus.COMPLETED, "", "", RESULT, STORED_AT_MS + 40)));
    frames.put(
        "outcome-rejected",
        new Response.OutcomeIs(
            18,
            new Outcome(
                OutcomeStatus.REJECTED,
                "FORBIDDEN",
                "no customer",
                Payload.EMPTY,
                STORED_AT_MS + 40)));
    frames.put("outcome-pending", new Response.OutcomeIs(19, Outcome.PENDING));
  }

  private static Message message(MessageId id, MessageKind kind, String type, String body) {
    return new Message(
        id,
        kind,
        type,
        "cart-17",
        null,
        null,
        0,
        0,
        0,
        false,
        true,
        body.isEmpty() ? null : "application/json",
        Map.of(),
        body.getBytes(UTF_8));
  }

  private static MessageBatch batch(Message... messages) {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    for (Message message : messages) {
      records.writeBytes(MessageRecord.encode(message));
    }
    return MessageBatch.of(records.toByteArray(), messages.length);
  }
}
