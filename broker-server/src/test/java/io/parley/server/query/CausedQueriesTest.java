package io.parley.server.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.Payload;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is remembered of queries that messages in hand led to. */
class CausedQueriesTest {
  private static final String TYPE = "shop.GetPrice";
  private static final MessageId COMMAND = new MessageId(1, 1);
  private static final MessageId CONVERSATION = new MessageId(1, 0);

  private long now = 42;
  private final QueryRouter router = new QueryRouter(QuerySettings.defaults(), () -> now);
  private final RecordingChannel channel = new RecordingChannel();
  private final QuerySession asker = router.connect(channel);
  private final RecordingChannel answering = new RecordingChannel();
  private final QuerySession responder = router.connect(answering);

  private void register() {
    responder.respond(new Request.Respond(5, 1, List.of(TYPE), 10));
    assertThat(answering.takeOne()).isEqualTo(new Response.Ok(5));
  }

  private void ask(int number, int timeoutMs, @Nullable MessageId cause) {
    Message query =
        new Message(
            id(number),
            MessageKind.QUERY,
            TYPE,
            null,
            cause == null ? null : CONVERSATION,
            cause,
            0,
            0,
            0,
            false,
            false,
            null,
            Map.of(),
            new byte[] {1});
    MessageBatch batch = MessageBatch.of(MessageRecord.encode(query), 1);
    asker.ask(TYPE, new Request.Ask(number, timeoutMs, 0, 0, batch));
  }

  private static MessageId id(int number) {
    return new MessageId(2, number);
  }

  private void answer(int status) {
    for (long question : answering.takeQuestions()) {
      responder.answer(
          new Request.Answer(0, question, status, 0, 0, 0, "", new Payload("", new byte[0])));
    }
  }

  @Test
  void shouldRememberHowEachEnded() {
    ask(1, 100, COMMAND); // before anybody answers
    register();
    ask(2, 100, COMMAND);
    now += TimeUnit.MICROSECONDS.toNanos(1_234);
    answer(404);
    ask(3, 100, COMMAND);
    now += TimeUnit.MILLISECONDS.toNanos(200);
    router.expire(now);
    ask(4, 0, COMMAND);
    ask(5, 100, COMMAND);
    asker.cancel(new Request.CancelAsk(9, 5));

    assertThat(router.causedQueries().of(CONVERSATION, CausedQueries.MAX))
        .extracting(CausedQuery::id, CausedQuery::result)
        .containsExactly(
            tuple(id(1), ErrorCode.NO_RESPONDER.name()),
            tuple(id(2), "404"),
            tuple(id(3), ErrorCode.DEADLINE_EXCEEDED.name()),
            tuple(id(4), ErrorCode.DEADLINE_EXCEEDED.name()),
            tuple(id(5), ErrorCode.CANCELLED.name()));
    CausedQuery answered = router.causedQueries().of(CONVERSATION, CausedQueries.MAX).get(1);
    assertThat(answered.causationId()).isEqualTo(COMMAND);
    assertThat(answered.type()).isEqualTo(TYPE);
    assertThat(answered.tookMicros()).isEqualTo(1_234);
  }

  @Test
  void shouldFindTheConversationOfAQueryAndOfWhatLedToIt() {
    ask(1, 100, COMMAND);

    assertThat(router.causedQueries().conversationOf(id(1))).isEqualTo(CONVERSATION);
    assertThat(router.causedQueries().conversationOf(COMMAND)).isEqualTo(CONVERSATION);
    assertThat(router.causedQueries().conversationOf(CONVERSATION)).isEqualTo(CONVERSATION);
    assertThat(router.causedQueries().conversationOf(id(2))).isNull();
  }

  @Test
  void shouldRememberNothingOfQueriesThatNoMessageLedTo() {
    register();
    ask(1, 100, null);
    answer(200);

    assertThat(router.causedQueries().conversationOf(id(1))).isNull();
  }

  @Test
  void shouldTellNoMoreThanAreAskedFor() {
    ask(1, 100, COMMAND);
    ask(2, 100, COMMAND);

    assertThat(router.causedQueries().of(CONVERSATION, 1))
        .extracting(CausedQuery::id)
        .containsExactly(id(1));
  }

  @Test
  void shouldForgetTheOldest() {
    for (int i = 0; i <= CausedQueries.MAX; i++) {
      ask(i, 100, COMMAND);
    }

    assertThat(router.causedQueries().of(CONVERSATION, CausedQueries.MAX))
        .hasSize(CausedQueries.MAX)
        .extracting(CausedQuery::id)
        .doesNotContain(id(0))
        .contains(id(1), id(CausedQueries.MAX));
  }
}
