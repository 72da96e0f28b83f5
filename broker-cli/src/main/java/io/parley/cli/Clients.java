package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Output;
import io.parley.cli.console.Problem;
import io.parley.client.BrokerAddress;
import io.parley.client.ClientListener;
import io.parley.client.NotConnectedException;
import io.parley.client.ParleyClient;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;
import java.time.Duration;

/** Connects verbs to the broker. Apart from {@link CliContext}, so that others don't load Netty. */
final class Clients {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

  private Clients() {}

  /**
   * A connected client.
   *
   * @param service the service to act as; empty for none
   * @throws Problem if there is no broker
   */
  static ParleyClient connect(CliContext context, String service) {
    try {
      return builder(context, service).connect();
    } catch (NotConnectedException e) {
      throw noBroker(context, e);
    }
  }

  /** What to say where there is no broker. */
  static Problem noBroker(CliContext context, NotConnectedException e) {
    return new Problem(
        ExitCode.UNAVAILABLE,
        "NO_BROKER",
        "no broker at " + context.broker() + " (" + e.getMessage() + ")",
        "Start one with 'parley server', or say where it is with --uri or PARLEY_URI.",
        e);
  }

  /** A client's settings, to be changed before it connects. */
  static ParleyClient.Builder builder(CliContext context, String service) {
    silenceLibraries();
    ParleyClient.Builder builder =
        ParleyClient.builder()
            .uri(context.broker())
            .codec(new RawCodec())
            .connectTimeout(CONNECT_TIMEOUT)
            .listener(new Notes(context.output()));
    return service.isEmpty() ? builder : builder.service(service);
  }

  /**
   * What the user has to know comes through {@link Notes}. Starting a logging system for Netty's
   * sake would take longer than sending a command.
   */
  private static void silenceLibraries() {
    System.setProperty("slf4j.internal.verbosity", "WARN");
    System.setProperty("slf4j.provider", "org.slf4j.helpers.NOP_FallbackServiceProvider");
  }

  /** Tells on stderr what the client meets while a verb runs. */
  private static final class Notes implements ClientListener {
    private final Output output;
    private volatile boolean wasConnected;

    Notes(Output output) {
      this.output = output;
    }

    @Override
    public void connected(BrokerAddress address, MessageId broker) {
      if (wasConnected) {
        output.note("Connected again to " + address + ".");
      }
      wasConnected = true;
    }

    @Override
    public void disconnected(ParleyException reason) {
      output.note("Disconnected: " + reason.getMessage() + " Connecting again …");
    }

    @Override
    public void settleRefused(long sequence, ParleyException reason) {
      output.note(
          "Message #"
              + sequence
              + " was not settled: "
              + reason.code()
              + ": "
              + reason.getMessage());
    }
  }
}
