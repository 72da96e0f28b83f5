package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Output;
import io.parley.cli.console.Problem;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.server.Broker;
import io.parley.server.config.BrokerConfig;
import io.parley.server.config.ConfigException;
import io.parley.server.config.ConfigLoader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code parley server}. */
@Command(
    name = "server",
    description = {
      "Run a broker until Ctrl-C or SIGTERM. It then drains: takes no new clients, commits what it",
      "was sent, and exits 0.",
      "",
      "An option here goes before an environment variable (PARLEY_NETWORK_PORT), that before the",
      "file, that before the default. config/parley.yaml lists every key. Listens on this machine",
      "alone unless told otherwise. The log goes to stdout."
    },
    footer = {
      "",
      "Examples:",
      "  parley server",
      "  parley server --data /var/lib/parley --config /etc/parley.yaml",
      "  parley server --port 0 --http-port 0 --data /tmp/parley -o json      free ports, told once ready",
      "  parley server --set delivery.max-attempts=3 --set log.level=debug"
    })
final class ServerCommand implements Callable<Integer> {
  private static final String CONFIG_VARIABLE = "PARLEY_CONFIG";

  private final CliContext context;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The configuration. Else PARLEY_CONFIG, else none: the defaults.")
  private @Nullable Path file;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where everything is stored (data.directory); ./data by default.")
  private @Nullable String data;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description =
          "Where clients connect (network.host); 127.0.0.1 by default. Others need security.users.")
  private @Nullable String host;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Where clients connect (network.port); 7440 by default, 0 for a free one.")
  private @Nullable String port;

  @Option(
      names = "--http-port",
      paramLabel = "N",
      description = "Health, metrics, admin (http.port); 7441 by default, 0 for a free one.")
  private @Nullable String httpPort;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any other key of the configuration; may be repeated.")
  private final Map<String, String> keys = new LinkedHashMap<>();

  ServerCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Exception {
    BrokerConfig config = configuration();
    Output output = context.output();
    // Read by logback.xml. Nothing has logged yet: the first logger comes with the broker.
    System.setProperty("parley.log.level", config.log().level().name());
    System.setProperty("parley.log.target", output.isJson() ? "System.err" : "System.out");
    Broker broker = start(config);
    Thread drain =
        new Thread(
            () -> {
              broker.close();
              output.note("Stopped.");
              // Without this the JVM would exit with the signal's number.
              Runtime.getRuntime().halt(ExitCode.OK);
            },
            "parley-drain");
    Runtime.getRuntime().addShutdownHook(drain);
    tell(config, broker);
    Throwable defect = broker.defect().get();
    Runtime.getRuntime().removeShutdownHook(drain);
    broker.close();
    throw new Problem(
        ExitCode.INTERNAL,
        ErrorCode.INTERNAL.name(),
        "the broker stopped itself: " + defect,
        ErrorCode.INTERNAL.help(),
        defect);
  }

  private BrokerConfig configuration() {
    Map<String, String> flags = new LinkedHashMap<>(keys);
    putIfGiven(flags, "data.directory", data);
    putIfGiven(flags, "network.host", host);
    putIfGiven(flags, "network.port", port);
    putIfGiven(flags, "http.port", httpPort);
    String variable = context.environment().get(CONFIG_VARIABLE);
    Path given = file != null ? file : variable == null ? null : Path.of(variable);
    try {
      return ConfigLoader.load(given, context.environment(), flags);
    } catch (ConfigException e) {
      throw new Problem(
          ExitCode.CONFIG,
          "CONFIG",
          String.join("\n  ", e.problems()),
          "config/parley.yaml explains every key.",
          e);
    }
  }

  private static void putIfGiven(Map<String, String> flags, String key, @Nullable String value) {
    if (value != null) {
      flags.put(key, value);
    }
  }

  private static Broker start(BrokerConfig config) {
    try {
      return Broker.start(config);
    } catch (ParleyException e) {
      if (e.code() == ErrorCode.INVALID_ARGUMENT) {
        throw new Problem(
            ExitCode.CONFIG, e.code().name(), String.valueOf(e.getMessage()), e.code().help(), e);
      }
      throw e;
    }
  }

  private void tell(BrokerConfig config, Broker broker) {
    String uri = broker.uri();
    String admin = broker.httpUri();
    Output output = context.output();
    if (output.isJson()) {
      Map<String, @Nullable Object> ready = new LinkedHashMap<>();
      ready.put("uri", uri);
      ready.put("admin", admin);
      ready.put("port", broker.port());
      ready.put("httpPort", admin == null ? null : broker.httpPort());
      output.jsonLine(ready);
    } else {
      output.line(
          "Ready: "
              + uri
              + (admin == null ? "" : ", " + admin)
              + ", data in "
              + config.storage().directory());
    }
  }
}
