package io.parley.client;

import io.parley.client.ClientInterceptor.After;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A client's interceptors, in their order. Where there are none each method returns null at once.
 *
 * @param all not changed
 */
record Interceptors(List<ClientInterceptor> all) {
  static final Interceptors NONE = new Interceptors(List.of());

  boolean isEmpty() {
    return all.isEmpty();
  }

  @Nullable Afters<MessageId> beforeSend(MessageKind kind, OutgoingMessage message) {
    return all.isEmpty() ? null : before(each -> each.beforeSend(kind, message));
  }

  void beforeEmit(MessageKind kind, OutgoingMessage message) {
    for (ClientInterceptor each : all) {
      each.beforeEmit(kind, message);
    }
  }

  @Nullable Afters<Answer<?>> beforeAsk(Query<?> query) {
    return all.isEmpty() ? null : before(each -> each.beforeAsk(query));
  }

  @Nullable Afters<Answer<?>> beforeAnswer(Question question) {
    return all.isEmpty() ? null : before(each -> each.beforeAnswer(question));
  }

  /**
   * As the others, but who is to be told is added one by one, and told by the caller if one
   * refuses: that settles the message.
   */
  void beforeHandling(Delivery delivery, Afters<Verdict> afters) {
    for (ClientInterceptor each : all) {
      afters.add(each.beforeHandling(delivery));
    }
  }

  private <T> Afters<T> before(Function<ClientInterceptor, @Nullable After<T>> call) {
    Afters<T> afters = new Afters<>();
    try {
      for (ClientInterceptor each : all) {
        afters.add(call.apply(each));
      }
    } catch (Throwable refusal) {
      afters.ended(null, refusal);
      throw refusal;
    }
    return afters;
  }
}
