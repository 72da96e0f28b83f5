package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Output;
import io.parley.cli.console.Output.Terminal;
import io.parley.server.Broker;
import io.parley.server.config.BrokerConfig;
import io.parley.server.config.ConfigLoader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * What {@code bin/parley} runs once to learn which classes are worth archiving: a broker in a
 * temporary folder on free ports of loopback, and the usual verbs against it. Prints nothing.
 */
public final class ClassDataTraining {
  private static final String TYPE = "parley.training.DoNothing";
  private static final String EVENT = "parley.training.NothingDone";

  private ClassDataTraining() {}

  /** The process's entry. */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createTempDirectory("parley-training");
    try {
      train(folder.resolve("data"));
    } finally {
      delete(folder);
    }
    System.exit(ExitCode.OK);
  }

  private static void train(Path data) {
    BrokerConfig config =
        ConfigLoader.of(
            Map.of(
                "data.directory", data.toString(),
                "network.port", "0",
                "http.port", "0",
                "log.level", "error"));
    System.setProperty("parley.log.level", config.log().level().name());
    // Without a broker's log around, Netty uses the JDK's logging.
    Logger.getLogger(ClassDataTraining.class.getName());
    try (Broker broker = Broker.start(config)) {
      Map<String, String> environment =
          Map.of(
              "PARLEY_URI", "parley://127.0.0.1:" + broker.port(),
              "PARLEY_ADMIN", "http://127.0.0.1:" + broker.httpPort());
      for (String line : lines()) {
        ParleyCli.run(line.split(" "), silent(), environment);
      }
    }
  }

  private static List<String> lines() {
    return List.of(
        "--help",
        "server --help",
        "qeue",
        "check ready",
        "command send " + TYPE + " {\"n\":1} --key k --header a=b --track",
        "command send " + TYPE + " text --await=10ms",
        "queue list",
        "queue list -o json",
        "queue peek " + TYPE,
        "command receive --queue parley-training --type " + TYPE + " --count 1",
        "command receive --queue parley-training --count 1 -o json",
        "queue show parley-training",
        "queue show nothing",
        "event subscribe --subscription parley-training " + EVENT + " --timeout 1ms",
        "event publish " + EVENT + " {\"n\":1}",
        "event subscribe --subscription parley-training --count 1",
        "subscription list",
        "subscription show parley-training",
        "query ask parley.training.GetNothing",
        "type list",
        "type declare parley.training.Other --kind event",
        "dead-letter list",
        "dead-letter drop parley-training --all --dry-run",
        "outcome get 00000000-0000-0000-0000-000000000000");
  }

  private static Output silent() {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    return new Output(nowhere, nowhere, InputStream.nullInputStream(), Terminal.NONE);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
