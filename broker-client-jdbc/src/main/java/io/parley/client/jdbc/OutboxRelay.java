package io.parley.client.jdbc;

import io.parley.client.ParleyClient;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.sql.DataSource;

/**
 * Forwards what waits in an {@link Outbox} to the broker, in order, and deletes what is confirmed.
 *
 * <pre>{@code
 * OutboxRelay relay = OutboxRelay.builder(outbox, dataSource, client).start();
 * }</pre>
 *
 * <p>Every process of a service may run one: one at a time forwards, so that the order is kept; any
 * of them takes its turn as soon as the outbox isn't being emptied already, and takes over from one
 * that was killed after {@link Builder#lease}. It looks at once when a transaction of its own
 * process commits (see {@link Outbox#poke}), and otherwise every {@link Builder#pollInterval}.
 *
 * <p>The order is that in which rows were inserted, as far as they were committed when looked for:
 * of two transactions at the same time either may be first. A message the broker can't take yet
 * ({@code QUOTA_EXCEEDED}) is tried again, and may by then have been overtaken; one it will never
 * take stays in its row, see {@link OutboxListener#refused}.
 *
 * <p>Between forwarding and deleting no transaction is open. Uses one connection of the data source
 * at a time, for milliseconds. Its thread is a daemon: it keeps no process alive.
 */
public final class OutboxRelay implements AutoCloseable {
  /** How soon to look again when it is another relay's turn; doubled up to the poll interval. */
  private static final long CONTENDED_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /** How long to wait after a failure. */
  private static final long FAILED_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** It shows several times a lease that it is at it. */
  private static final int BEATS_PER_LEASE = 4;

  private final Outbox outbox;
  private final DataSource source;
  private final ParleyClient client;
  private final OutboxTable table;
  private final RelayTurn turn;
  private final OutboxListener listener;
  private final long pollNanos;
  private final Duration beat;
  private final int batch;
  private final Semaphore pokes = new Semaphore(0);
  private final Runnable poke = pokes::release;
  private final Thread thread;
  private volatile boolean stopping;

  /** What a look came to. */
  private enum Look {
    EMPTY,
    CONTENDED,
    FAILED
  }

  private OutboxRelay(Builder settings) {
    this.outbox = settings.outbox;
    this.source = settings.source;
    this.client = settings.client;
    this.table = new OutboxTable(outbox.tables());
    this.turn = new RelayTurn(outbox.tables(), settings.lease);
    this.listener = settings.listener;
    this.pollNanos = settings.pollInterval.toNanos();
    this.beat = settings.lease.dividedBy(BEATS_PER_LEASE);
    this.batch = settings.batch;
    this.thread = new Thread(this::run, "parley-outbox-relay");
    thread.setDaemon(true);
  }

  /**
   * A relay.
   *
   * @param outbox the one to be emptied
   * @param source where its tables are; a pool, as it asks for a connection at every look
   * @param client what forwards; not closed by the relay, to be closed after it
   */
  public static Builder builder(Outbox outbox, DataSource source, ParleyClient client) {
    return new Builder(outbox, source, client);
  }

  /**
   * Forwards no more; waits for what is on its way, at most a quarter of the lease or so. What
   * isn't confirmed by then stays in the outbox. A second call returns at once.
   */
  @Override
  public void close() {
    stopping = true;
    outbox.detach(poke);
    pokes.release();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- its thread

  private void run() {
    long contended = CONTENDED_NANOS;
    while (!stopping) {
      Look look = look();
      contended = look == Look.CONTENDED ? Math.min(2 * contended, pollNanos) : CONTENDED_NANOS;
      try {
        rest(
            switch (look) {
              case EMPTY -> pollNanos;
              case CONTENDED -> contended;
              case FAILED -> Math.max(pollNanos, FAILED_NANOS);
            },
            look == Look.EMPTY);
      } catch (InterruptedException e) {
        // Nobody else has this thread: it is the end of it.
        return;
      }
    }
  }

  /** Waits for the next look; not for a poke where that couldn't help. */
  private void rest(long nanos, boolean untilPoked) throws InterruptedException {
    if (untilPoked) {
      boolean unused = pokes.tryAcquire(nanos, TimeUnit.NANOSECONDS);
    } else if (!stopping) {
      TimeUnit.NANOSECONDS.sleep(nanos);
    }
    pokes.drainPermits();
  }

  private Look look() {
    try {
      if (!Transaction.call(source, table::isAnyWaiting)) {
        return Look.EMPTY;
      }
      if (!client.isConnected()) {
        return Look.FAILED;
      }
      return Transaction.call(source, turn::take) ? forwardAll() : Look.CONTENDED;
    } catch (SQLException | RuntimeException e) {
      tell(told -> told.failed(e));
      return Look.FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Look.EMPTY;
    }
  }

  private Look forwardAll() throws SQLException, InterruptedException {
    try {
      while (!stopping) {
        Optional<List<OutboxTable.Row>> rows = next();
        if (rows.isEmpty()) {
          return Look.CONTENDED;
        }
        if (rows.get().isEmpty()) {
          return Look.EMPTY;
        }
        if (!forward(rows.get())) {
          return Look.FAILED;
        }
      }
      return Look.EMPTY;
    } finally {
      giveBack();
    }
  }

  /** The rows to be forwarded now; nothing if it is somebody else's turn by now. */
  private Optional<List<OutboxTable.Row>> next() throws SQLException {
    return Transaction.call(
        source,
        connection ->
            turn.keep(connection) ? Optional.of(table.read(connection, batch)) : Optional.empty());
  }

  /** Whether all of them are dealt with. */
  private boolean forward(List<OutboxTable.Row> rows) throws SQLException, InterruptedException {
    Forwarding forwarding = new Forwarding();
    forwarding.sendAll(client, rows, beat);
    boolean known = forwarding.await(beat);
    while (!known && !stopping && Transaction.call(source, turn::keep)) {
      known = forwarding.await(beat);
    }
    Transaction.call(source, connection -> note(connection, forwarding));
    tell(told -> told.forwarded(forwarding.confirmed().size()));
    for (Forwarding.Refused each : forwarding.refused()) {
      tell(told -> told.refused(each.row().messageId(), each.row().type(), each.reason()));
    }
    Exception trouble = forwarding.trouble();
    if (trouble != null) {
      tell(told -> told.failed(trouble));
    }
    return known && trouble == null;
  }

  private int note(Connection connection, Forwarding forwarding) throws SQLException {
    table.delete(connection, forwarding.confirmed());
    for (Forwarding.Refused each : forwarding.refused()) {
      table.refuse(connection, each.row(), each.reason());
    }
    return forwarding.confirmed().size();
  }

  private void giveBack() {
    try {
      boolean unused =
          Transaction.call(
              source,
              connection -> {
                turn.giveBack(connection);
                return true;
              });
    } catch (SQLException e) {
      // The others wait for a lease then, no more.
      tell(told -> told.failed(e));
    }
  }

  private void tell(Consumer<OutboxListener> event) {
    try {
      event.accept(listener);
    } catch (RuntimeException e) {
      System.getLogger("io.parley.client.jdbc")
          .log(System.Logger.Level.WARNING, "an OutboxListener failed", e);
    }
  }

  /** Settings of a relay. */
  public static final class Builder {
    private static final int BATCH = 500;
    private static final int BATCH_MAX = 10_000;
    private static final Duration INTERVAL_MAX = Duration.ofHours(1);

    private final Outbox outbox;
    private final DataSource source;
    private final ParleyClient client;
    private Duration pollInterval = Duration.ofMillis(250);
    private Duration lease = Duration.ofSeconds(10);
    private int batch = BATCH;
    private OutboxListener listener = new LoggingOutboxListener();

    private Builder(Outbox outbox, DataSource source, ParleyClient client) {
      this.outbox = outbox;
      this.source = source;
      this.client = client;
    }

    /** How often to look without being poked: 1 ms to 1 hour; 250 ms by default. */
    public Builder pollInterval(Duration interval) {
      this.pollInterval = require("poll interval", interval, Duration.ofMillis(1));
      return this;
    }

    /**
     * How long a relay may show no sign of life before another takes over: 1 s to 1 hour; 10 s by
     * default.
     */
    public Builder lease(Duration lease) {
      this.lease = require("lease", lease, Duration.ofSeconds(1));
      return this;
    }

    private static Duration require(String what, Duration value, Duration min) {
      if (value.compareTo(min) < 0 || value.compareTo(INTERVAL_MAX) > 0) {
        throw new IllegalArgumentException(
            what + ": " + value + " (expected: " + min + " to " + INTERVAL_MAX + ")");
      }
      return value;
    }

    /**
     * Most messages forwarded and deleted at once: 1 to 10,000; 500 by default. Fewer if they are
     * large: about 4 MiB.
     */
    public Builder batch(int messages) {
      if (messages < 1 || messages > BATCH_MAX) {
        throw new IllegalArgumentException(
            "batch: " + messages + " (expected: 1 to " + BATCH_MAX + ")");
      }
      this.batch = messages;
      return this;
    }

    /**
     * Told what the relay does. By default refusals and failures are logged through {@link
     * System.Logger}.
     */
    public Builder listener(OutboxListener listener) {
      this.listener = listener;
      return this;
    }

    /** Starts it. Fails for nothing: what is wrong the listener is told. */
    public OutboxRelay start() {
      OutboxRelay relay = new OutboxRelay(this);
      outbox.attach(relay.poke);
      relay.thread.start();
      return relay;
    }
  }
}
