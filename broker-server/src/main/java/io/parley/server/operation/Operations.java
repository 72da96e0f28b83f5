package io.parley.server.operation;

import io.parley.engine.Engine;
import io.parley.engine.EngineSettings;
import io.parley.engine.outcome.OutcomeLedger;
import io.parley.engine.sequencer.SequencerListener;
import io.parley.engine.store.StoreException;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.ProtocolVersion;
import io.parley.protocol.WireLimits;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageId;
import io.parley.server.namespace.Namespace;
import io.parley.server.namespace.Namespaces;
import io.parley.server.session.ClientChannel;
import io.parley.server.session.ConnectionListener;
import io.parley.server.session.Session;
import io.parley.server.session.SessionSettings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What clients can ask for: makes the broker's side of each connection, and knows which there are.
 *
 * <p>Safe for use by any thread.
 */
public final class Operations implements ConnectionListener {
  private static final Duration RETRY_STORE = Duration.ofSeconds(1);

  private final Namespaces namespaces;
  private final LimitSettings limits;
  private final SessionSettings sessions;
  private final EngineSettings engine;
  private final InstantSource time;
  private final OperationTelemetry telemetry;
  private final long bytesInFlightMax;
  private final Cancellations cancellations;
  private final Draining drained;
  private final Supplier<@Nullable String> shortage;
  private volatile boolean draining;
  private final Map<MessageId, ClientSession> byProducer = new ConcurrentHashMap<>();
  private final Set<ClientSession> open = ConcurrentHashMap.newKeySet();

  /**
   * Operations on some namespaces.
   *
   * @param bytesInFlightMax most bytes of operations under way of all connections together, in each
   *     namespace; above it connections with something under way are not read from
   * @param drained whether new messages are refused
   * @param shortage why there is no room on the disk for new messages; null if there is
   */
  public Operations(
      Namespaces namespaces,
      LimitSettings limits,
      SessionSettings sessions,
      EngineSettings engine,
      InstantSource time,
      OperationTelemetry telemetry,
      long bytesInFlightMax,
      Draining drained,
      Supplier<@Nullable String> shortage) {
    this.namespaces = namespaces;
    this.limits = limits;
    this.sessions = sessions;
    this.engine = engine;
    this.time = time;
    this.telemetry = telemetry;
    this.bytesInFlightMax = bytesInFlightMax;
    this.drained = drained;
    this.shortage = shortage;
    this.cancellations = new Cancellations(namespaces);
    namespaces.addListener(new OnNamespaces());
  }

  @Override
  public Session opened(Request.Hello hello, ClientChannel channel) {
    Namespace namespace = namespaces.require(hello.namespace());
    if (namespace.isStopped()) {
      throw new ParleyException(
          ErrorCode.STORE_UNAVAILABLE, String.valueOf(namespace.trouble()), RETRY_STORE);
    }
    ClientSession session = new ClientSession(this, namespace, hello, channel);
    open.add(session);
    if (namespaces.find(hello.namespace()) != namespace) { // deleted meanwhile
      open.remove(session);
      throw gone(namespace);
    }
    ClientSession before = byProducer.put(hello.producerSession(), session);
    if (before != null) {
      before
          .channel()
          .close(
              new Response.Failure(
                  0,
                  ErrorCode.SESSION_TAKEN_OVER,
                  true,
                  0,
                  "producer session resumed by " + channel.remoteAddress()));
    }
    return session;
  }

  /**
   * The broker is stopping: nothing more is delivered, and a connection that ends burns no
   * attempts.
   */
  public void drain() {
    draining = true;
    for (Namespace namespace : namespaces.all()) {
      namespace.sequencer().adjust(Engine::stopServing);
    }
  }

  /** Whether an operator wants no new messages. */
  boolean isDrained() {
    return drained.isOn();
  }

  /** Why there is no room on the disk for new messages; null if there is. */
  @Nullable String shortage() {
    return shortage.get();
  }

  boolean isDraining() {
    return draining;
  }

  void ended(ClientSession session) {
    open.remove(session);
    byProducer.remove(session.producerSession(), session);
  }

  Response.HelloOk welcome(int correlation, Namespace namespace, long boot) {
    return new Response.HelloOk(
        correlation,
        ProtocolVersion.NEWEST,
        0,
        namespace.identity(),
        boot,
        limits.maxMessageBytes() + WireLimits.FRAME_OVERHEAD_BYTES,
        limits.maxMessageBytes(),
        limits.sendWindowBytes(),
        (int) sessions.heartbeat().toMillis(),
        leaseMs());
  }

  Cancellations cancellations() {
    return cancellations;
  }

  LimitSettings limits() {
    return limits;
  }

  long bytesInFlightMax() {
    return bytesInFlightMax;
  }

  int leaseMs() {
    return (int) engine.lease().toMillis();
  }

  long nowMs() {
    return time.millis();
  }

  OperationTelemetry telemetry() {
    return telemetry;
  }

  private static ParleyException gone(Namespace namespace) {
    return new ParleyException(
        ErrorCode.NAMESPACE_NOT_FOUND, "namespace '" + namespace.name() + "' was deleted");
  }

  /** Looks after namespaces that come and go. */
  private final class OnNamespaces implements Namespaces.Listener {
    @Override
    public void opened(Namespace namespace) {
      namespace.addListener(new OnStoreFailure(namespace));
    }

    @Override
    public void closing(Namespace namespace) {
      ParleyException gone = gone(namespace);
      for (ClientSession session : open) {
        if (session.namespace() == namespace) {
          session
              .channel()
              .close(
                  new Response.Failure(0, gone.code(), true, 0, String.valueOf(gone.getMessage())));
        }
      }
    }
  }

  /**
   * When a namespace's store fails, clients that consume are sent away: their leases are void. They
   * come back at once, and wait.
   */
  private final class OnStoreFailure implements SequencerListener {
    private final Namespace namespace;

    OnStoreFailure(Namespace namespace) {
      this.namespace = namespace;
    }

    @Override
    public void committed(int operations, long bytes, long applyNanos, long commitNanos) {}

    @Override
    public void outcomes(List<OutcomeLedger.Entry> recorded) {}

    @Override
    public void unavailable(StoreException why) {
      for (ClientSession session : open) {
        if (session.namespace() == namespace && session.hasConsumers()) {
          session.channel().close(Replies.closingAsUnavailable(why));
        }
      }
    }

    @Override
    public void available(Engine newEngine) {}
  }
}
