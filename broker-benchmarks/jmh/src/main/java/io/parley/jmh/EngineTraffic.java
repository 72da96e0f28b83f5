package io.parley.jmh;

import io.parley.engine.Engine;
import io.parley.engine.EngineSettings;
import io.parley.engine.destination.Consumer;
import io.parley.engine.destination.Delivery;
import io.parley.engine.destination.DeliverySink;
import io.parley.engine.destination.LeasedSegment;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.store.Store;
import io.parley.protocol.WireLimits;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Settlement;
import io.parley.protocol.model.TypePattern;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An engine under load, on one thread: in each group a batch is stored and what the group before
 * delivered is settled, in ranges as clients do.
 *
 * <pre>
 *   group n:   send batch n, settle batch n-1   write   serve   sync   deliver batch n
 * </pre>
 */
final class EngineTraffic {
  private static final long NOW_MS = 1_700_000_000_000L;
  private static final int LEASE_MS = 30_000;
  private static final long CHUNK_CACHE_BYTES = 64L << 20;
  private static final MessageId SESSION = new MessageId(1, 1);

  private final Store store;
  private final Engine engine;
  private final List<Receiver> holders = new ArrayList<>();
  private long nextSequence = 1;
  private long delivered;

  EngineTraffic(Store store) {
    this.store = store;
    engine = new Engine(store, EngineSettings.DEFAULTS, CHUNK_CACHE_BYTES);
  }

  /** A queue that owns a type, with consumers. */
  void queue(String name, String type, int consumers) {
    consume(submit(new Operation.ClaimTypes(name, name, List.of(type))), consumers);
  }

  /** A subscription with one consumer. */
  void inbox(String name, String type) {
    consume(submit(new Operation.Subscribe(name, name, List.of(new TypePattern(type)))), 1);
  }

  private Result submit(Operation operation) {
    engine.begin(NOW_MS);
    Result result = engine.apply(operation);
    engine.write();
    store.sync();
    return result;
  }

  private void consume(Result destination, int consumers) {
    int id = ((Result.DestinationIs) destination).id();
    for (int i = 0; i < consumers; i++) {
      Receiver receiver = new Receiver(id);
      receiver.consumer = engine.open(id, receiver, LEASE_MS, NOW_MS);
      engine.credit(receiver.consumer, WireLimits.CREDIT_MAX, WireLimits.CREDIT_MAX);
    }
  }

  /** Runs one group with a batch. */
  void group(MessageBatch batch) {
    engine.begin(NOW_MS);
    Result sent = engine.apply(new Operation.Send(SESSION, nextSequence, batch, List.of()));
    if (sent != Result.Sent.ALL) {
      throw new IllegalStateException("a batch came to " + sent + " (expected: all sent)");
    }
    nextSequence += batch.count();
    settleAndServe();
  }

  /** Runs groups that settle alone until nothing more is delivered. */
  void drain() {
    while (!holders.isEmpty()) {
      engine.begin(NOW_MS);
      settleAndServe();
    }
  }

  private void settleAndServe() {
    int settling = holders.size();
    for (int i = 0; i < settling; i++) {
      Receiver receiver = holders.get(i);
      Result settled = engine.apply(new Operation.Settle(receiver.destination, receiver.toSettle));
      if (settled != Result.Settled.ALL) {
        throw new IllegalStateException("settles came to " + settled + " (expected: all settled)");
      }
    }
    engine.write();
    for (int i = 0; i < settling; i++) {
      holders.get(i).settled();
    }
    holders.clear();
    List<Delivery> deliveries = engine.serve(NOW_MS);
    store.sync();
    for (int i = 0; i < deliveries.size(); i++) {
      Delivery delivery = deliveries.get(i);
      if (delivery.send()) {
        engine.wake(delivery.consumer());
      }
    }
  }

  /** Messages delivered so far, in all consumers. */
  long delivered() {
    return delivered;
  }

  private final class Receiver implements DeliverySink {
    private final int destination;
    private final List<Settlement> toSettle = new ArrayList<>();
    private int held;
    private @Nullable Consumer consumer;

    Receiver(int destination) {
      this.destination = destination;
    }

    @Override
    public boolean isWritable() {
      return true;
    }

    @Override
    public void deliver(long epoch, List<LeasedSegment> segments) {
      if (held == 0) {
        holders.add(this);
      }
      for (int i = 0; i < segments.size(); i++) {
        LeasedSegment segment = segments.get(i);
        int count = segment.batch().count();
        toSettle.add(new Settlement.Complete(epoch, segment.firstSequence(), count));
        held += count;
        delivered += count;
        segment.batch().release();
      }
    }

    void settled() {
      toSettle.clear();
      if (consumer != null) {
        engine.credit(consumer, held, WireLimits.CREDIT_MAX);
      }
      held = 0;
    }
  }
}
