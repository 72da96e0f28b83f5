package io.parley.server;

import io.parley.engine.sequencer.SteadyTime;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.server.admin.Readiness;
import io.parley.server.config.BrokerConfig;
import io.parley.server.http.HttpListener;
import io.parley.server.namespace.Namespace;
import io.parley.server.namespace.Namespaces;
import io.parley.server.network.NetworkCounters;
import io.parley.server.network.TcpListener;
import io.parley.server.operation.AdminOperations;
import io.parley.server.operation.Draining;
import io.parley.server.operation.Operations;
import io.parley.server.query.QueryCounters;
import io.parley.server.security.StaticUsers;
import io.parley.server.storage.DataDirectory;
import io.parley.server.storage.FreeSpace;
import io.parley.server.storage.StoreStatistics;
import io.parley.server.telemetry.MeterName;
import io.parley.server.telemetry.ServerMetrics;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running broker: the only place that puts the parts together. They start in the order {@link
 * #start} lists them, and stop in reverse.
 *
 * <p>Safe for use by any thread.
 */
public final class Broker implements AutoCloseable {
  /** The namespace that always exists. */
  public static final String DEFAULT_NAMESPACE = Namespaces.DEFAULT;

  private static final Logger log = LoggerFactory.getLogger(Broker.class);
  private static final long BYTES_IN_FLIGHT_MAX = 64L * 1024 * 1024;
  private static final Duration DRAIN_TIME = Duration.ofSeconds(5);
  private static final long QUERY_SWEEP_MS = 10;
  private static final long OUTCOME_SWEEP_MS = 100;
  private static final long CLOCK_LOOK_MS = 1_000;

  /** So that the reserve isn't used up in between. */
  private static final long DISK_LOOK_MS = 50;

  private final Deque<Step> started = new ArrayDeque<>();
  private final CompletableFuture<Throwable> defect = new CompletableFuture<>();
  private final String networkHost;
  private final String httpHost;
  private volatile boolean stopping;
  private @Nullable TcpListener listener;
  private @Nullable HttpListener http;
  private @Nullable Operations operations;

  private Broker(BrokerConfig config) {
    networkHost = config.network().address();
    httpHost = config.http().host();
  }

  /**
   * Starts a broker and returns when it is ready.
   *
   * @throws ParleyException if it can't start: a port in use, a data directory that is locked, too
   *     new, damaged or not writable; nothing is left running
   */
  public static Broker start(BrokerConfig config) {
    Broker broker = new Broker(config);
    try {
      broker.startAll(config);
      return broker;
    } catch (RuntimeException | Error e) {
      broker.close();
      throw e;
    }
  }

  private void startAll(BrokerConfig config) {
    SteadyTime time = SteadyTime.ofSystem();
    ServerMetrics metrics = step("metrics", new ServerMetrics());
    DataDirectory directory =
        step("data directory", DataDirectory.open(config.storage().directory()));
    NamespaceStores stores =
        new NamespaceStores(
            directory,
            config.storage(),
            config.engine(),
            time,
            config.trace().retention(),
            defect::complete);
    Namespaces namespaces = step("namespaces", new Namespaces(stores));
    namespaces.open(directory.namespaces());
    FreeSpace space = FreeSpace.of(directory, config.storage().reserveBytes());
    Draining drained = new Draining();
    Operations served =
        new Operations(
            namespaces,
            config.limits(),
            config.session(),
            config.engine(),
            time,
            metrics.engine(),
            BYTES_IN_FLIGHT_MAX,
            drained,
            space::shortage);
    operations = served;
    step("timer", timer(namespaces, time, space));
    metrics.diskFree(space::freeBytes);
    metrics.clockOffset(() -> time.offsetMillis() / 1_000);
    StaticUsers users = new StaticUsers(config.security().users());
    listener = step("listener", TcpListener.start(config.network(), users, served));
    AdminOperations admin = new AdminOperations(namespaces, drained);
    // Whoever spreads load by readiness sends nobody to a broker that is about to go.
    Readiness readiness =
        () -> {
          if (stopping) {
            return "the broker is stopping";
          }
          String trouble = namespaces.trouble();
          if (trouble != null) {
            return trouble;
          }
          return drained.isOn() ? "drained by an operator" : space.shortage();
        };
    metrics.readiness(readiness);
    show(metrics, namespaces, stores, listener, admin);
    if (config.http().enabled()) {
      http =
          step(
              "HTTP listener", HttpListener.start(config.http(), users, admin, readiness, metrics));
    }
  }

  /** Hands each part's numbers to the metrics. */
  private static void show(
      ServerMetrics metrics,
      Namespaces namespaces,
      NamespaceStores stores,
      TcpListener listener,
      AdminOperations admin) {
    NetworkCounters network = listener.counters();
    namespaces.addListener(namespace -> namespace.addListener(metrics.engine()));
    metrics.engine().leasesExpired(() -> sum(namespaces, Namespace::leasesExpired));
    metrics.engine().messagesExpired(() -> sum(namespaces, Namespace::messagesExpired));
    metrics
        .engine()
        .inFlight(() -> sum(namespaces, namespace -> namespace.sequencer().bytesInFlight()));
    metrics.destinations(admin);
    metrics
        .network()
        .connections(network::connections, network::accepted, network::refused)
        .memory(listener::inboundBytes, listener::outboundBytes, network::shed)
        .bytes(network::bytesIn, network::bytesOut)
        .frames(network::framesIn, network::framesOut, network::malformedFrames);
    metrics
        .queries()
        .asked(
            () -> sumOfQueries(namespaces, QueryCounters::asked),
            () -> sumOfQueries(namespaces, QueryCounters::askedAgain))
        .pages(() -> sumOfQueries(namespaces, QueryCounters::pages))
        .now(
            () -> (int) sumOfQueries(namespaces, QueryCounters::outstanding),
            () -> (int) sumOfQueries(namespaces, QueryCounters::responders))
        .ended("ANSWERED", () -> sumOfQueries(namespaces, QueryCounters::answered))
        .ended(
            ErrorCode.NO_RESPONDER.name(),
            () -> sumOfQueries(namespaces, QueryCounters::unanswerable))
        .ended(
            ErrorCode.OVERLOADED.name(), () -> sumOfQueries(namespaces, QueryCounters::overloaded))
        .ended(
            ErrorCode.ANSWER_BROKEN_OFF.name(),
            () -> sumOfQueries(namespaces, QueryCounters::brokenOff))
        .ended(
            ErrorCode.DEADLINE_EXCEEDED.name(),
            () -> sumOfQueries(namespaces, QueryCounters::expired))
        .ended(
            ErrorCode.CANCELLED.name(), () -> sumOfQueries(namespaces, QueryCounters::cancelled));
    metrics.store(
        values -> {
          StoreStatistics now = stores.statistics();
          values.accept(MeterName.STORE_MEMTABLES, now.memtableBytes());
          values.accept(MeterName.STORE_CACHE, now.cacheBytes());
          values.accept(MeterName.STORE_TABLE_FILES, now.tableFileBytes());
          values.accept(MeterName.STORE_JOURNAL, now.journalBytes());
          values.accept(MeterName.STORE_SEGMENTS, now.segments());
          values.accept(MeterName.STORE_PENDING_COMPACTION, now.pendingCompactionBytes());
          values.accept(MeterName.STORE_BACKGROUND_ERRORS, now.backgroundErrors());
          values.accept(MeterName.STORE_WRITES_STOPPED, now.writesStopped() ? 1 : 0);
        });
  }

  private static long sum(Namespaces namespaces, ToLongFunction<Namespace> of) {
    return namespaces.all().stream().mapToLong(of).sum();
  }

  private static long sumOfQueries(Namespaces namespaces, ToLongFunction<QueryCounters> of) {
    return sum(namespaces, namespace -> of.applyAsLong(namespace.queries().counters()));
  }

  private static AutoCloseable timer(Namespaces namespaces, SteadyTime time, FreeSpace space) {
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "parley-timer");
              thread.setDaemon(true);
              return thread;
            });
    timer.scheduleAtFixedRate(
        () -> namespaces.all().forEach(namespace -> namespace.queries().expire(System.nanoTime())),
        QUERY_SWEEP_MS,
        QUERY_SWEEP_MS,
        TimeUnit.MILLISECONDS);
    timer.scheduleAtFixedRate(
        () ->
            namespaces
                .all()
                .forEach(
                    namespace ->
                        namespace
                            .sequencer()
                            .execute(engine -> namespace.outcomeWaits().expire(time.millis()))),
        OUTCOME_SWEEP_MS,
        OUTCOME_SWEEP_MS,
        TimeUnit.MILLISECONDS);
    ClockWatch watch = new ClockWatch(time);
    timer.scheduleAtFixedRate(watch, CLOCK_LOOK_MS, CLOCK_LOOK_MS, TimeUnit.MILLISECONDS);
    timer.scheduleAtFixedRate(space, DISK_LOOK_MS, DISK_LOOK_MS, TimeUnit.MILLISECONDS);
    return timer::shutdown;
  }

  private <T extends AutoCloseable> T step(String name, T part) {
    started.push(new Step(name, part));
    return part;
  }

  /** Port that clients connect to. */
  public int port() {
    if (listener == null) {
      throw new IllegalStateException("the broker is not started");
    }
    return listener.port();
  }

  /**
   * Port that operators connect to.
   *
   * @throws IllegalStateException if HTTP is not enabled
   */
  public int httpPort() {
    if (http == null) {
      throw new IllegalStateException("http.enabled: false (expected: true)");
    }
    return http.port();
  }

  /** Where clients connect, as they write it: {@code parley://127.0.0.1:7440/default}. */
  public String uri() {
    return "parley://" + address(networkHost, port()) + "/" + DEFAULT_NAMESPACE;
  }

  /** Where operators connect, {@code http://127.0.0.1:7441}; null if HTTP is not enabled. */
  public @Nullable String httpUri() {
    return http == null ? null : "http://" + address(httpHost, http.port());
  }

  private static String address(String host, int port) {
    boolean needsBrackets = host.indexOf(':') >= 0 && !host.startsWith("[");
    return (needsBrackets ? "[" + host + "]" : host) + ":" + port;
  }

  /**
   * Completed with the reason if a broken invariant stops the broker: the process should end then.
   */
  public CompletableFuture<Throwable> defect() {
    return defect;
  }

  /**
   * Stops: no new clients, those there are asked to leave, what they sent is committed and
   * answered, everything is closed. Takes up to about 10 seconds where clients stay.
   */
  @Override
  public synchronized void close() {
    stopping = true;
    if (listener != null) {
      if (operations != null) {
        operations.drain();
      }
      drain(listener);
    }
    while (!started.isEmpty()) {
      Step step = started.pop();
      try {
        step.part.close();
      } catch (Exception e) {
        log.error("closing the {} failed", step.name, e);
      }
    }
  }

  private static void drain(TcpListener listener) {
    listener.stopAccepting();
    listener.sendGoingAway();
    try {
      listener.awaitNoConnections(DRAIN_TIME);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private record Step(String name, AutoCloseable part) {}
}
