package io.parley.compare.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A consumer's acknowledgements: sent when there are so many, and after a few milliseconds. */
final class Acknowledgements implements AutoCloseable {
  private static final long PERIOD_MS = 5;

  private final Channel channel;
  private final int batch;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "rabbitmq-acknowledgements");
            thread.setDaemon(true);
            return thread;
          });

  private int waiting;
  private long last;

  /** Sends them when so many wait; 1 for each at once. */
  Acknowledgements(Channel channel, int batch) {
    this.channel = channel;
    this.batch = batch;
    if (batch > 1) {
      var unused =
          timer.scheduleAtFixedRate(this::flush, PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
    }
  }

  /** Tags come in their order. */
  synchronized void add(long tag) {
    last = tag;
    if (++waiting >= batch) {
      flush();
    }
  }

  private synchronized void flush() {
    if (waiting == 0) {
      return;
    }
    waiting = 0;
    try {
      channel.basicAck(last, true);
    } catch (IOException | ShutdownSignalException e) {
      System.err.println("rabbitmq: not acknowledged: " + e);
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
    flush();
  }
}
