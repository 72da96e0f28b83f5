package io.parley.server.namespace;

import io.parley.engine.Engine;
import io.parley.engine.EngineSettings;
import io.parley.engine.destination.Destination;
import io.parley.engine.destination.DestinationKind;
import io.parley.engine.destination.MessageSearch;
import io.parley.engine.intake.CausedMessage;
import io.parley.engine.outcome.OutcomeLedger;
import io.parley.engine.sequencer.LocalSequencer;
import io.parley.engine.sequencer.Sequencer;
import io.parley.engine.sequencer.SequencerListener;
import io.parley.engine.sequencer.SequencerThread;
import io.parley.engine.sequencer.SteadyTime;
import io.parley.engine.store.Store;
import io.parley.engine.store.StoreException;
import io.parley.engine.store.Table;
import io.parley.protocol.model.MessageId;
import io.parley.server.query.QueryRouter;
import io.parley.server.query.QuerySettings;
import io.parley.server.trace.TraceLog;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A namespace at run time. Everything that changes goes through its {@link #sequencer}; what is
 * told of here, the owner thread tells.
 */
public final class Namespace implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Namespace.class);

  /** Longest that the confirm of a completion waits for something else that has to be synced. */
  private static final int SETTLE_WAIT_MS = 2;

  private static final byte[] IDENTITY = {'i', 'd'};

  private final String name;
  private final Store store;
  private final MessageId identity;
  private final List<SequencerListener> listeners = new CopyOnWriteArrayList<>();
  private final OutcomeWaits outcomeWaits = new OutcomeWaits();
  private final QueryRouter queries = new QueryRouter(QuerySettings.defaults(), System::nanoTime);
  private final TypeUses typeUses;
  private final @Nullable TraceLog traces;
  private final LocalSequencer sequencer;
  private final SequencerThread thread;
  private volatile @Nullable Engine engine;
  private volatile @Nullable String trouble;
  private volatile boolean stopped;

  private Namespace(
      String name,
      Store store,
      EngineSettings settings,
      long chunkCacheBytes,
      SteadyTime time,
      @Nullable TraceLog traces,
      Consumer<Throwable> onDefect) {
    this.name = name;
    this.traces = traces;
    this.store = store;
    this.identity = identity(store);
    this.typeUses = new TypeUses(time.millis());
    listeners.add(new State());
    sequencer =
        new LocalSequencer(
            store,
            () -> new Engine(store, settings, chunkCacheBytes),
            new Everyone(),
            time,
            settings.groupBytes(),
            SETTLE_WAIT_MS);
    thread =
        new SequencerThread(
            sequencer,
            "parley-" + name,
            (dead, defect) -> {
              trouble = "stopped by a defect: " + defect;
              stopped = true;
              log.error("namespace {}: stopped by a defect; nothing is accepted", name, defect);
              onDefect.accept(defect);
            });
  }

  /**
   * Opens a namespace and starts its owner thread.
   *
   * @param store closed with the namespace
   * @param chunkCacheBytes most bytes of stored messages kept in memory
   * @param traces closed with the namespace; null if what causes what isn't written down
   * @param onDefect called by the owner thread if a broken invariant ends it
   */
  public static Namespace open(
      String name,
      Store store,
      EngineSettings settings,
      long chunkCacheBytes,
      SteadyTime time,
      @Nullable TraceLog traces,
      Consumer<Throwable> onDefect) {
    return new Namespace(name, store, settings, chunkCacheBytes, time, traces, onDefect);
  }

  /** The identity of the data, given when it was made. */
  private static MessageId identity(Store store) {
    byte[] known = store.get(Table.META, IDENTITY);
    if (known == null) {
      UUID random = UUID.randomUUID();
      known =
          ByteBuffer.allocate(16)
              .putLong(random.getMostSignificantBits())
              .putLong(random.getLeastSignificantBits())
              .array();
      var transaction = store.begin();
      transaction.put(Table.META, IDENTITY, known);
      store.commit(transaction);
    }
    ByteBuffer bytes = ByteBuffer.wrap(known);
    return new MessageId(bytes.getLong(), bytes.getLong());
  }

  /** What caused what; null if that isn't written down. */
  public @Nullable TraceLog traces() {
    return traces;
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Identity of its data, the same across restarts. */
  public MessageId identity() {
    return identity;
  }

  /** Where changes are submitted. */
  public Sequencer sequencer() {
    return sequencer;
  }

  /** Its queries. */
  public QueryRouter queries() {
    return queries;
  }

  /**
   * A search for a message; its steps may be done beside the owner thread.
   *
   * @param newest position of the last group that may have stored it
   */
  public MessageSearch search(MessageId id, long newest) {
    return new MessageSearch(store, id, newest);
  }

  /** Who uses which type. */
  public TypeUses typeUses() {
    return typeUses;
  }

  /** Who waits for outcomes. Owner thread. */
  public OutcomeWaits outcomeWaits() {
    return outcomeWaits;
  }

  /** The engine of the moment; null while the store is unavailable. */
  public @Nullable Engine engine() {
    return engine;
  }

  /** Why it accepts no changes, in one line; null while it does. */
  public @Nullable String trouble() {
    return trouble;
  }

  /** Whether a defect ended its owner thread: nothing is answered any more. */
  public boolean isStopped() {
    return stopped;
  }

  /** Messages that expired since its engine was made. Any thread. */
  public long messagesExpired() {
    Engine current = engine;
    return current == null ? 0 : current.messagesExpired();
  }

  /** Messages whose lease expired since the store was opened last. */
  public long leasesExpired() {
    Engine current = engine;
    return current == null ? 0 : current.leasesExpired();
  }

  /** Has a listener told from now on what the owner thread commits. */
  public void addListener(SequencerListener listener) {
    listeners.add(listener);
  }

  /** Commits and answers what was submitted, then closes the store. */
  @Override
  public void close() {
    thread.close();
    store.close();
    if (traces != null) {
      traces.close();
    }
  }

  /** Keeps what others ask of the namespace's state. */
  private final class State implements SequencerListener {
    @Override
    public void committed(int operations, long bytes, long applyNanos, long commitNanos) {}

    @Override
    public void outcomes(List<OutcomeLedger.Entry> recorded) {
      recorded.forEach(entry -> outcomeWaits.recorded(entry.command(), entry.outcome()));
    }

    @Override
    public void caused(List<CausedMessage> messages) {
      if (traces != null) {
        traces.add(messages);
      }
    }

    @Override
    public void outageBegan(Destination destination) {
      log.warn(
          "namespace {}: all that is handled in {} '{}' fails; attempts don't count, and one message"
              + " at a time is tried until one succeeds",
          name,
          destination.definition().kind() == DestinationKind.INBOX ? "subscription" : "queue",
          destination.definition().name());
    }

    @Override
    public void unavailable(StoreException why) {
      log.error("namespace {}: the store failed; no writes are accepted until it works", name, why);
      engine = null;
      trouble = "store unavailable: " + why.getMessage();
    }

    @Override
    public void available(Engine newEngine) {
      if (trouble != null) {
        log.info("namespace {}: the store works again", name);
        outcomeWaits.lookAgain(newEngine.outcomes()::find);
      }
      engine = newEngine;
      trouble = null;
    }
  }

  /** Tells all listeners. */
  private final class Everyone implements SequencerListener {
    @Override
    public void committed(int operations, long bytes, long applyNanos, long commitNanos) {
      for (SequencerListener listener : listeners) {
        listener.committed(operations, bytes, applyNanos, commitNanos);
      }
    }

    @Override
    public void outcomes(List<OutcomeLedger.Entry> recorded) {
      listeners.forEach(listener -> listener.outcomes(recorded));
    }

    @Override
    public void caused(List<CausedMessage> messages) {
      listeners.forEach(listener -> listener.caused(messages));
    }

    @Override
    public void outageBegan(Destination destination) {
      listeners.forEach(listener -> listener.outageBegan(destination));
    }

    @Override
    public void unavailable(StoreException why) {
      listeners.forEach(listener -> listener.unavailable(why));
    }

    @Override
    public void available(Engine newEngine) {
      listeners.forEach(listener -> listener.available(newEngine));
    }
  }
}
