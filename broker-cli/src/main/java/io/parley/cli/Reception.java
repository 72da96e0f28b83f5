package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Output;
import io.parley.client.CommandDelivery;
import io.parley.client.CommandResult;
import io.parley.client.Delivery;
import io.parley.client.EventDelivery;
import io.parley.client.EventResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Prints what arrives and settles it. Deliveries come from the client's threads; {@link #run} works
 * on the verb's own and is the only one that prints and completes. The consumer's credit bounds
 * what waits between them.
 */
final class Reception {
  private final ReceiveOptions options;
  private final Output output;
  private final BlockingQueue<Delivery> arrived = new LinkedBlockingQueue<>();
  private final List<Delivery> held = new ArrayList<>();
  private int count;

  /** Guarded by this: once set, nothing is added to what arrived. */
  private boolean stopped;

  Reception(ReceiveOptions options, Output output) {
    this.options = options;
    this.output = output;
  }

  /** Takes a delivery; any thread. */
  void arrived(Delivery delivery) {
    synchronized (this) {
      if (!stopped) {
        arrived.add(delivery);
        return;
      }
    }
    release(delivery);
  }

  /**
   * Receives until enough came, nothing came for long enough, nobody reads, or the thread is
   * interrupted; then gives back everything that wasn't printed.
   *
   * @return the exit code
   */
  int run() {
    try {
      while (options.count == 0 || count < options.count) {
        Delivery delivery = next();
        if (delivery == null) {
          return options.count == 0 ? ExitCode.OK : ExitCode.TEMPORARY;
        }
        print(delivery);
        if (output.isClosed()) {
          release(delivery);
          return ExitCode.OK;
        }
        count++;
        settle(delivery);
      }
      return ExitCode.OK;
    } catch (InterruptedException e) {
      return ExitCode.OK;
    } finally {
      stop();
      output.note(count + " received.");
    }
  }

  private @Nullable Delivery next() throws InterruptedException {
    return options.timeout == null
        ? arrived.take()
        : arrived.poll(options.timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void print(Delivery delivery) {
    if (output.isJson()) {
      output.jsonLine(DeliveryJson.of(delivery));
    } else {
      output.lines(MessageLines.of(DeliveryJson.of(delivery), output.width()));
    }
  }

  private void settle(Delivery delivery) {
    if (options.ack == ReceiveOptions.Ack.RELEASE) {
      held.add(delivery);
    } else if (delivery instanceof CommandDelivery command) {
      command.settle(CommandResult.complete());
    } else if (delivery instanceof EventDelivery event) {
      event.settle(EventResult.complete());
    }
  }

  private void stop() {
    synchronized (this) {
      stopped = true;
    }
    held.forEach(Reception::release);
    arrived.forEach(Reception::release);
  }

  private static void release(Delivery delivery) {
    if (delivery instanceof CommandDelivery command) {
      command.settle(CommandResult.release());
    } else if (delivery instanceof EventDelivery event) {
      event.settle(EventResult.release());
    }
  }
}
