package io.parley.engine.reference;

import io.parley.engine.testing.TestMessage;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.Settlement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One step of random work. Prints as what it does. */
sealed interface Step {

  record Send(@Nullable MessageId session, long first, List<TestMessage> messages)
      implements Step {}

  record Claim(String service, String queue, List<String> types) implements Step {}

  record Declare(String type, MessageKind kind, @Nullable String owner) implements Step {}

  record Subscribe(String service, String subscription, List<String> patterns) implements Step {}

  record Delete(int place) implements Step {}

  record Open(int reader, int place, int leaseMs) implements Step {}

  record Credit(int reader, int messages) implements Step {}

  record Start(int reader, long deliveries) implements Step {}

  record Settle(int place, List<Settlement> settlements) implements Step {}

  record Leave(int reader, boolean inGoodOrder) implements Step {}

  record Redrive(int place, @Nullable MessageId message) implements Step {}

  record Drop(int place, @Nullable MessageId message) implements Step {}

  record Pass(long ms) implements Step {}

  record Restart() implements Step {}
}
