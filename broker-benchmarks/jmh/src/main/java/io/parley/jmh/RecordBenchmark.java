package io.parley.jmh;

import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageRecord;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One message's record: written by the sender's client, looked at by the broker. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
public class RecordBenchmark {
  private static final int MESSAGES = 1_000;

  private final Message plain = Samples.command(1);
  private final Message full =
      new Message(
          plain.id(),
          plain.kind(),
          plain.type(),
          "536365",
          plain.id(),
          plain.id(),
          0,
          0,
          0,
          true,
          true,
          "application/json",
          Map.of("tenant", "north", "trace", "4bf92f3577b34da6"),
          plain.body());
  private final MessageBatch batch = Samples.batch(0, MESSAGES, Samples::command);
  private final MessageRecord record = new MessageRecord();

  /** A type and a body. */
  @Benchmark
  public byte[] encodePlain() {
    return MessageRecord.encode(plain);
  }

  /** With key, correlation, content type and headers. */
  @Benchmark
  public byte[] encodeFull() {
    return MessageRecord.encode(full);
  }

  /** What a broker looks at in each record it receives: checksum, layout, names. */
  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public int check() {
    int end = batch.offset() + batch.length();
    int intact = 0;
    for (int at = batch.offset(); at < end; at = record.end()) {
      record.wrap(batch.bytes(), at).check(end);
      intact += record.isIntact() ? 1 : 0;
    }
    if (intact != MESSAGES) {
      throw new IllegalStateException(intact + " records are intact (expected: " + MESSAGES + ")");
    }
    return intact;
  }
}
