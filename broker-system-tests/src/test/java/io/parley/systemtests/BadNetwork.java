package io.parley.systemtests;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A network between clients and a broker in which each connection has a trouble of its own, after a
 * number of bytes of its own. Both come from the seed and the connection's number; what the bytes
 * meet at that point is the clients' doing.
 */
final class BadNetwork implements AutoCloseable {
  /** What happens to a connection. */
  enum Trouble {
    /** Nothing. */
    NONE,
    /** Each piece comes up to 60 ms late. */
    DELAY,
    /** The next bytes come a few at a time. */
    TRICKLE,
    /** Both ends are reset in the middle of whatever is on its way. */
    CUT,
    /** Both ends are closed in good order, in the middle of whatever is on its way. */
    END,
    /** From here on what the client says is swallowed, its end too. */
    SWALLOW_REQUESTS,
    /** From here on what the broker says is swallowed, its end too. */
    SWALLOW_ANSWERS,
    /** Both are. */
    SWALLOW_BOTH,
    /** The client is cut off; what it said before reaches the broker when it has come again. */
    LATE,
    /** Closed as soon as it is accepted. */
    REFUSE
  }

  private static final Trouble[] ALL = Trouble.values();
  private static final int BUFFER_BYTES = 16 * 1024;
  private static final int TRICKLED_BYTES = 1_000;
  private static final int DELAY_MAX_MS = 60;
  private static final int LATE_MAX_MS = 1_500;

  /** Half of the troubles come before 1 KiB, the others up to 512 KiB. */
  private static final int AT_BITS_MAX = 19;

  private final ServerSocket listening;
  private final int brokerPort;
  private final long seed;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final Map<Trouble, AtomicInteger> met = new ConcurrentHashMap<>();
  private final AtomicInteger connections = new AtomicInteger();
  private volatile boolean fair;
  private volatile boolean closed;

  /** One with all troubles, in front of a broker on loopback. */
  BadNetwork(int brokerPort, long seed) throws IOException {
    this.brokerPort = brokerPort;
    this.seed = seed;
    this.listening = new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress());
    start("accepting", this::accept);
  }

  /** Where clients connect. */
  String uri() {
    return "parley://127.0.0.1:" + port() + "/default";
  }

  int port() {
    return listening.getLocalPort();
  }

  /** How many connections there were. */
  int connections() {
    return connections.get();
  }

  /** How often each trouble came about. */
  Map<Trouble, AtomicInteger> met() {
    return met;
  }

  /** No connection meets trouble from now on; those that have one are cut. */
  void heal() {
    fair = true;
    links.forEach(Link::cut);
  }

  /** All connections are reset. */
  void cutAll() {
    links.forEach(Link::cut);
  }

  /** All connections there are become half-open: nothing passes any more, and no end does. */
  void swallowAll() {
    for (Link link : links) {
      link.swallowsRequests = true;
      link.swallowsAnswers = true;
    }
  }

  private static void start(String name, Runnable work) {
    Thread thread = new Thread(work, "bad network " + name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!closed) {
      try {
        Socket client = listening.accept();
        Link link = new Link(client, connections.incrementAndGet());
        links.add(link);
        start("link " + link.number, link::open);
      } catch (IOException e) {
        if (!closed) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    listening.close();
    links.forEach(Link::cut);
  }

  private final class Link {
    private final int number;
    private final Random random;
    private final Trouble trouble;
    private final int at;
    private final boolean atRequests;
    private final Socket client;
    private final Socket broker = new Socket();
    private volatile boolean swallowsRequests;
    private volatile boolean swallowsAnswers;
    private volatile boolean isLate;

    Link(Socket client, int number) {
      this.client = client;
      this.number = number;
      this.random = new Random(seed * 1_000_003 + number);
      this.trouble = fair ? Trouble.NONE : ALL[random.nextInt(ALL.length)];
      this.at = random.nextInt(1 << (2 + random.nextInt(AT_BITS_MAX)));
      this.atRequests = trouble == Trouble.LATE || random.nextBoolean();
    }

    void open() {
      if (trouble == Trouble.REFUSE) {
        met();
        cut();
        return;
      }
      try {
        client.setTcpNoDelay(true);
        broker.setTcpNoDelay(true);
        broker.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), brokerPort));
      } catch (IOException e) {
        cut();
        return;
      }
      if (trouble == Trouble.DELAY) {
        met();
      }
      start("answers " + number, () -> pass(broker, client, false));
      pass(client, broker, true);
    }

    private void met() {
      met.computeIfAbsent(trouble, unused -> new AtomicInteger()).incrementAndGet();
    }

    private void pass(Socket from, Socket to, boolean requests) {
      byte[] buffer = new byte[BUFFER_BYTES];
      long passed = 0;
      boolean pending = trouble != Trouble.NONE && trouble != Trouble.DELAY;
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          if (trouble == Trouble.DELAY && !fair) {
            pause(random.nextInt(DELAY_MAX_MS));
          }
          int before = read;
          if (pending && requests == atRequests && passed + read > at) {
            before = (int) Math.max(0, at - passed);
            write(out, buffer, 0, before, requests);
            pending = false;
            begin(buffer, before, read, out, requests);
          } else {
            write(out, buffer, 0, read, requests);
          }
          passed += read;
        }
        if (!isSwallowed(requests)) {
          to.shutdownOutput();
        }
      } catch (IOException e) {
        if (!isSwallowed(requests) && !isLate) {
          cut();
        }
      } finally {
        if (client.isClosed() && broker.isClosed()) {
          links.remove(this);
        }
      }
    }

    private boolean isSwallowed(boolean requests) {
      return requests ? swallowsRequests : swallowsAnswers;
    }

    private void write(OutputStream out, byte[] bytes, int from, int length, boolean requests)
        throws IOException {
      if (length > 0 && !isSwallowed(requests)) {
        out.write(bytes, from, length);
      }
    }

    /** The trouble, with those bytes in hand that come after it. */
    private void begin(byte[] bytes, int from, int to, OutputStream out, boolean requests)
        throws IOException {
      met();
      switch (trouble) {
        case TRICKLE -> {
          int at = from;
          while (at < to && at - from < TRICKLED_BYTES) {
            int some = Math.min(to - at, 1 + random.nextInt(20));
            out.write(bytes, at, some);
            at += some;
            pause(1);
          }
          out.write(bytes, at, to - at);
        }
        case CUT -> cut();
        case END -> {
          links.remove(this);
          client.close();
          broker.close();
        }
        // What is in hand may be of the other direction, which must not have a gap.
        case SWALLOW_REQUESTS -> {
          swallowsRequests = true;
          write(out, bytes, from, to - from, requests);
        }
        case SWALLOW_ANSWERS -> {
          swallowsAnswers = true;
          write(out, bytes, from, to - from, requests);
        }
        case SWALLOW_BOTH -> {
          swallowsRequests = true;
          swallowsAnswers = true;
        }
        case LATE -> {
          isLate = true;
          swallowsAnswers = true;
          reset(client);
          pause(random.nextInt(LATE_MAX_MS));
          out.write(bytes, from, to - from);
        }
        default -> throw new IllegalStateException(trouble + " begins at once");
      }
    }

    void cut() {
      links.remove(this);
      reset(client);
      reset(broker);
    }
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      // Closed before.
    }
    try {
      socket.close();
    } catch (IOException e) {
      // Then it is gone.
    }
  }

  /** The network's own time, which is what this is about. */
  private static void pause(int ms) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
  }
}
