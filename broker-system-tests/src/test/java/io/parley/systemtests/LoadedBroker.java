package io.parley.systemtests;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A broker with little memory for much load, watched: the most it took of heap and of direct
 * memory, and whether it logged an error or a leak.
 */
final class LoadedBroker implements AutoCloseable {
  static final int HEAP_MIB = 512;
  static final int DIRECT_MIB = 128;

  /** What is left of the heap at the height of the load, once all that can go is gone. */
  static final int LIVE_HEAP_MAX_MIB = 256;

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long MIB = 1 << 20;

  private final BrokerProcess process;
  private final BrokerMemory memory;
  private final Thread watching;
  private long heapMax;
  private long directMax;
  private long liveHeapMax;
  private volatile boolean closed;

  LoadedBroker(Path data, String... serverOptions) throws Exception {
    process = BrokerProcess.startWith(jvm(), data, serverOptions);
    memory = BrokerMemory.of(process.pid());
    watching = new Thread(this::watch, "memory of the broker");
    watching.setDaemon(true);
    watching.start();
  }

  private static List<String> jvm() {
    return List.of(
        "-Xmx" + HEAP_MIB + "m",
        "-XX:+UseG1GC",
        "-XX:+ExitOnOutOfMemoryError",
        "-XX:MaxDirectMemorySize=" + DIRECT_MIB + "m",
        // Netty's buffers count as the JVM's own, so that its bound holds for them.
        "-Dio.netty.maxDirectMemory=0",
        "-Dio.netty.leakDetection.level=paranoid");
  }

  BrokerProcess process() {
    return process;
  }

  private void watch() {
    try {
      while (!closed) {
        look();
        LockSupport.parkNanos(LOOK_NANOS);
      }
    } catch (RuntimeException e) {
      // The broker ended: check() tells.
    }
  }

  private synchronized void look() {
    heapMax = Math.max(heapMax, memory.heapBytes());
    directMax = Math.max(directMax, memory.directBytes());
  }

  /** To be called at the height of the load. */
  void checkMemory() {
    check("the broker is there: " + process.log(), process.isAlive());
    long live = memory.liveHeapBytes();
    synchronized (this) {
      liveHeapMax = Math.max(liveHeapMax, live);
    }
    check("live heap, MiB: " + live / MIB, live <= LIVE_HEAP_MAX_MIB * MIB);
  }

  /** Nothing logged that isn't a client's doing, and no buffer left without an owner. */
  void checkLog() {
    checkMemory(); // buffers without an owner are found by a collection, and told with later ones
    List<String> trouble = process.log().lines().filter(LoadedBroker::isTrouble).toList();
    check("logged: " + String.join("\n", trouble), trouble.isEmpty());
  }

  /** What clients are refused is told with the exception's name, and no trouble of the broker. */
  static boolean isTrouble(String line) {
    return line.contains("LEAK")
        || line.contains("OutOfMemory")
        || line.contains("ERROR")
        || line.contains("Exception") && !line.contains(" INFO ");
  }

  private static void check(String what, boolean isFine) {
    if (!isFine) {
      throw new AssertionError(what);
    }
  }

  @Override
  public synchronized String toString() {
    return String.format(
        Locale.ROOT,
        "at most %d MiB of heap (%d live) of %d, %d MiB of direct memory of %d",
        heapMax / MIB,
        liveHeapMax / MIB,
        HEAP_MIB,
        directMax / MIB,
        DIRECT_MIB);
  }

  @Override
  public void close() throws Exception {
    closed = true;
    watching.join();
    memory.close();
    process.close();
  }
}
