package io.parley.server.operation;

import io.parley.engine.operation.Result;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.Settlement;
import java.util.List;

/** Is told what clients' requests came to. Called per batch, by event loops and owner threads. */
public interface OperationTelemetry {
  /** Nobody counts. */
  OperationTelemetry NONE =
      new OperationTelemetry() {
        @Override
        public void received(MessageKind kind, int messages) {}

        @Override
        public void confirmed(MessageKind kind, int messages, List<Result.Refusal> refusals) {}

        @Override
        public void delivered(int messages) {}

        @Override
        public void settled(List<Settlement> settlements, List<Result.Refusal> refusals) {}
      };

  /** Messages arrived. */
  void received(MessageKind kind, int messages);

  /** Messages are durable, and some were refused. */
  void confirmed(MessageKind kind, int messages, List<Result.Refusal> refusals);

  /** Messages were pushed to a consumer. */
  void delivered(int messages);

  /** Settlements are durable, but the refused ones. */
  void settled(List<Settlement> settlements, List<Result.Refusal> refusals);
}
