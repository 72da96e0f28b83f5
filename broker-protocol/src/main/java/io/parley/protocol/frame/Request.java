package io.parley.protocol.frame;

import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Payload;
import io.parley.protocol.model.Settlement;
import java.util.List;

/** What a client says to the broker. */
public sealed interface Request extends Frame {

  /**
   * First frame of a connection. Answered by {@link Response.HelloOk} or a closing {@link
   * Response.Failure}.
   *
   * <p>{@code u32 magic "PRLY", u16 oldest version, u16 newest version, u64 capabilities, str8
   * namespace, str8 service, str8 instance, str8 user, str16 secret, id producer session, str8
   * client library}
   *
   * @param capabilities bits of what the client can do; none are defined in version 1
   * @param service the logical component the client acts as; empty for a tool that only sends
   * @param instance tells instances of a service apart, for people; a name, or empty
   * @param producerSession chosen at random by the client, the same when it reconnects: with the
   *     sequence numbers of its sends it lets the broker store a repeated send once
   */
  record Hello(
      int correlation,
      int oldestVersion,
      int newestVersion,
      long capabilities,
      String namespace,
      String service,
      String instance,
      String user,
      String secret,
      MessageId producerSession,
      String clientLibrary)
      implements Request {
    /** "PRLY". */
    public static final int MAGIC = 0x50524C59;

    @Override
    public FrameType type() {
      return FrameType.HELLO;
    }

    /** Without the secret, which has no place in a log. */
    @Override
    public String toString() {
      return "Hello[namespace="
          + namespace
          + ", service="
          + service
          + ", instance="
          + instance
          + ", user="
          + user
          + ", producerSession="
          + producerSession
          + ", clientLibrary="
          + clientLibrary
          + "]";
    }
  }

  /** Are you there? Answered by {@link Response.Pong}. Empty. */
  record Ping(int correlation) implements Request {
    @Override
    public FrameType type() {
      return FrameType.PING;
    }
  }

  /**
   * The client has settled what it will settle and closes; leases still held return uncounted.
   * Empty. Answered by {@link Response.Ok} once everything before it is durable.
   */
  record Goodbye(int correlation) implements Request {
    @Override
    public FrameType type() {
      return FrameType.GOODBYE;
    }
  }

  /**
   * Commands to store. Answered by {@link Response.Confirm}. {@code u64 first sequence, u32 count,
   * records to the frame's end}.
   *
   * @param firstSequence the producer session's number of the first message; the others follow on.
   *     Starts at 1, never skips.
   */
  record Send(int correlation, long firstSequence, MessageBatch batch) implements Request {
    @Override
    public FrameType type() {
      return FrameType.SEND;
    }
  }

  /** Events to store. As {@link Send}, from the same sequence. */
  record Publish(int correlation, long firstSequence, MessageBatch batch) implements Request {
    @Override
    public FrameType type() {
      return FrameType.PUBLISH;
    }
  }

  /**
   * Claims command types for a queue of the client's service and competes for them. Answered by
   * {@link Response.Ok}. {@code u32 consumer, str8 queue, list16 of str8 types, u32 credit, u32
   * lease ms}.
   *
   * @param consumer number chosen by the client, unique among its consumers, kept when it
   *     reconnects
   * @param queue empty for the queue named like the service
   * @param types may be empty: consume what the queue owns already
   * @param credit messages the consumer can take now
   * @param leaseMs how long a delivery is its; 0 for the broker's default
   */
  record Consume(
      int correlation, int consumer, String queue, List<String> types, int credit, int leaseMs)
      implements Request {
    @Override
    public FrameType type() {
      return FrameType.CONSUME;
    }
  }

  /**
   * Makes or changes the service's durable subscription and, with credit, competes for its inbox.
   * Answered by {@link Response.Ok} once the subscription is durable. {@code u32 consumer, str8
   * subscription, list16 of str8 patterns, u32 credit, u32 lease ms, i64 from}.
   *
   * @param consumer as in {@link Consume}; 0 to make the subscription without consuming
   * @param subscription empty for the one named like the service
   * @param patterns types or wildcards; empty: use the subscription as it is
   * @param from since when a subscription that is made by this gets the events that are retained:
   *     milliseconds since the epoch, {@link #FROM_EARLIEST} or {@link #FROM_NOW}
   */
  record Subscribe(
      int correlation,
      int consumer,
      String subscription,
      List<String> patterns,
      int credit,
      int leaseMs,
      long from)
      implements Request {
    /** Only what is published from now on. */
    public static final long FROM_NOW = -1;

    /** All that is retained. */
    public static final long FROM_EARLIEST = 0;

    @Override
    public FrameType type() {
      return FrameType.SUBSCRIBE;
    }
  }

  /** More credit for a consumer. Not answered. {@code u32 consumer, u32 messages}. */
  record Credit(int correlation, int consumer, int messages) implements Request {
    @Override
    public FrameType type() {
      return FrameType.CREDIT;
    }
  }

  /**
   * No further deliveries for a consumer; what it holds can still be settled. Answered by {@link
   * Response.Ok}, after which no delivery for it follows. {@code u32 consumer}.
   */
  record CloseConsumer(int correlation, int consumer) implements Request {
    @Override
    public FrameType type() {
      return FrameType.CLOSE_CONSUMER;
    }
  }

  /**
   * Ends or extends leases. Answered by {@link Response.Settled} once durable. {@code u32 consumer,
   * u64 started, u32 handling micros, list16 of settlements}.
   *
   * @param started how many of the consumer's deliveries on this connection have begun to be
   *     handled; handling begins in the order of delivery. Only these can count as attempts.
   * @param handlingMicros how long it took of late from the beginning of a message's handling to
   *     its settlement, in microseconds; 0 if that isn't known. The broker makes deliveries as
   *     large as that is short.
   * @param settlements may be empty, to report {@code started} alone (then correlation is 0 and
   *     nothing answers)
   */
  record Settle(
      int correlation, int consumer, long started, int handlingMicros, List<Settlement> settlements)
      implements Request {
    /** Of a consumer that doesn't say how long handling takes. */
    public Settle(int correlation, int consumer, long started, List<Settlement> settlements) {
      this(correlation, consumer, started, 0, settlements);
    }

    @Override
    public FrameType type() {
      return FrameType.SETTLE;
    }
  }

  /**
   * Offers to answer query types. Answered by {@link Response.Ok}. {@code u32 responder, list16 of
   * str8 types, u32 concurrency}.
   *
   * @param responder number chosen by the client, unique among its responders
   * @param concurrency most questions in its hands at once
   */
  record Respond(int correlation, int responder, List<String> types, int concurrency)
      implements Request {
    @Override
    public FrameType type() {
      return FrameType.RESPOND;
    }
  }

  /**
   * No further questions for a responder. Answered by {@link Response.Ok}. {@code u32 responder}.
   */
  record CloseResponder(int correlation, int responder) implements Request {
    @Override
    public FrameType type() {
      return FrameType.CLOSE_RESPONDER;
    }
  }

  /**
   * Asks a query. Answered by {@link Response.Answered} or {@link Response.Failure}. {@code u32
   * timeout ms, u32 page, u32 page size, bytes32 record}.
   *
   * @param timeoutMs time left until the asker stops waiting
   * @param page number of the page wanted, from 0
   * @param pageSize most items wanted; 0 for the responder's choice
   * @param query one record of kind query; its headers are the filters
   */
  record Ask(int correlation, int timeoutMs, int page, int pageSize, MessageBatch query)
      implements Request {
    @Override
    public FrameType type() {
      return FrameType.ASK;
    }
  }

  /** The asker waits no longer. Not answered. {@code u32 correlation of the ask}. */
  record CancelAsk(int correlation, int asked) implements Request {
    @Override
    public FrameType type() {
      return FrameType.CANCEL_ASK;
    }
  }

  /**
   * A responder's answer. Not answered. {@code u64 question, u16 status, u32 page, u32 page size,
   * i64 total, str8 content type, str16 reason, bytes32 body}.
   *
   * @param question the number of {@link Push.Question}
   * @param status 200, 400, 401, 403, 404, 408, 429 or 503; 204 after the last {@link AnswerPage}
   * @param total items in all pages; -1 where unknown
   * @param reason for people, where status isn't 200
   */
  record Answer(
      int correlation,
      long question,
      int status,
      int page,
      int pageSize,
      long total,
      String reason,
      Payload body)
      implements Request {
    @Override
    public FrameType type() {
      return FrameType.ANSWER;
    }
  }

  /**
   * Asks a query whose answer comes page by page, as far as credit goes. Answered by any number of
   * {@link Response.Page}s, and then by {@link Response.Answered} or {@link Response.Failure}.
   * {@code u32 timeout ms, u32 page size, u32 credit, str16 from, bytes32 record}.
   *
   * @param timeoutMs time left until the asker stops waiting for the last page
   * @param pageSize most items wanted on a page; 0 for the responder's choice
   * @param credit pages the asker can take now, 1 or more
   * @param from a cursor of {@link Response.Page}: begin behind that page; empty: with the first
   * @param query one record of kind query; its headers are the filters
   */
  record AskPages(
      int correlation, int timeoutMs, int pageSize, int credit, String from, MessageBatch query)
      implements Request {
    @Override
    public FrameType type() {
      return FrameType.ASK_PAGES;
    }
  }

  /**
   * The asker can take more pages. Not answered. {@code u32 correlation of the ask, u32 pages}.
   *
   * @param pages added to what is left
   */
  record PageCredit(int correlation, int asked, int pages) implements Request {
    @Override
    public FrameType type() {
      return FrameType.PAGE_CREDIT;
    }
  }

  /**
   * One page of a responder's answer to {@link Push.QuestionPages}; an {@link Answer} ends it. Not
   * answered. {@code u64 question, str8 content type, str16 cursor, bytes32 body}.
   *
   * @param cursor where the next page begins, for the responder alone to understand; empty: it
   *     can't be gone on from here
   */
  record AnswerPage(int correlation, long question, String cursor, Payload body)
      implements Request {
    @Override
    public FrameType type() {
      return FrameType.ANSWER_PAGE;
    }
  }

  /**
   * A command shall not be handled any more. Answered by {@link Response.Ok} once that is durable,
   * or by {@link Response.Failure}: {@code NOT_CANCELLABLE}, {@code NOT_FOUND}. {@code id command}.
   */
  record CancelCommand(int correlation, MessageId command) implements Request {
    @Override
    public FrameType type() {
      return FrameType.CANCEL_COMMAND;
    }
  }

  /**
   * What became of a command. Answered by {@link Response.OutcomeIs} at once if it ended, else when
   * it ends or after the wait. {@code id command, u32 wait ms}.
   */
  record GetOutcome(int correlation, MessageId command, int waitMs) implements Request {
    @Override
    public FrameType type() {
      return FrameType.GET_OUTCOME;
    }
  }
}
