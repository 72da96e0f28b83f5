package io.parley.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.cli.console.Output;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One run of the command in this process.
 *
 * @param exitCode what the process would exit with
 * @param out what it wrote to stdout
 * @param err what it wrote to stderr
 */
record CliRun(int exitCode, String out, String err) {

  static CliRun of(String... args) {
    return new Setup().run(args);
  }

  List<String> lines() {
    return out.lines().toList();
  }

  /** What a run finds around it. */
  static final class Setup {
    private final Map<String, String> environment = new HashMap<>();
    private String stdin = "";
    private Output.Terminal terminal = Output.Terminal.NONE;

    Setup with(String variable, String value) {
      environment.put(variable, value);
      return this;
    }

    /** Somebody types this at a terminal. */
    Setup typing(String text) {
      stdin = text;
      terminal = new Output.Terminal(false, false, true, 0);
      return this;
    }

    /** Something writes this into a pipe. */
    Setup piping(String text) {
      stdin = text;
      return this;
    }

    CliRun run(String... args) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      Output output =
          new Output(
              new PrintStream(out, false, UTF_8),
              new PrintStream(err, false, UTF_8),
              new ByteArrayInputStream(stdin.getBytes(UTF_8)),
              terminal);
      int exitCode = ParleyCli.run(args, output, environment);
      return new CliRun(exitCode, out.toString(UTF_8), err.toString(UTF_8));
    }
  }
}
