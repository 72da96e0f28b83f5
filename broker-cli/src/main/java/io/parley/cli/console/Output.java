package io.parley.cli.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The only class that prints. Results go to stdout, everything else to stderr, so that a result can
 * be piped. Safe for use by several threads.
 */
public final class Output {
  private static final int WIDTH_DEFAULT = 100;
  private static final int WIDTH_MIN = 40;
  private static final long PROGRESS_LINE_NANOS = 5_000_000_000L;
  private static final long PROGRESS_REDRAW_NANOS = 100_000_000L;

  private final PrintStream out;
  private final PrintStream err;
  private final InputStream in;
  private final Terminal terminal;
  private Format format = Format.TABLE;
  private boolean verbose;

  private long progressAtNanos;
  private boolean progressStarted;
  private int progressShown;

  /**
   * What the streams are connected to. The JVM can't tell for each stream, so the starting script
   * does.
   *
   * @param out whether stdout is a terminal
   * @param err whether stderr is a terminal
   * @param in whether stdin is a terminal
   * @param columns its width, 0 where unknown
   */
  public record Terminal(boolean out, boolean err, boolean in, int columns) {
    /** No terminal at all. */
    public static final Terminal NONE = new Terminal(false, false, false, 0);

    /**
     * Reads what the starting script found out: the file descriptors that are terminals and the
     * width, as in {@code 012:80}.
     */
    public static Terminal parse(String text) {
      int colon = text.indexOf(':');
      String streams = colon < 0 ? text : text.substring(0, colon);
      String width = colon < 0 ? "" : text.substring(colon + 1);
      int columns = width.matches("[0-9]{1,5}") ? Integer.parseInt(width) : 0;
      return new Terminal(
          streams.contains("1"), streams.contains("2"), streams.contains("0"), columns);
    }
  }

  /** An output to these streams. */
  public Output(PrintStream out, PrintStream err, InputStream in, Terminal terminal) {
    this.out = out;
    this.err = err;
    this.in = in;
    this.terminal = terminal;
  }

  /** The process's own streams, in UTF-8 whatever the locale. */
  public static Output ofProcess() {
    return new Output(
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, UTF_8),
        new PrintStream(new FileOutputStream(FileDescriptor.err), false, UTF_8),
        System.in,
        Terminal.parse(System.getProperty("parley.terminal", "")));
  }

  /** How results are written from now on. */
  public void use(Format newFormat, boolean withStackTraces) {
    format = newFormat;
    verbose = withStackTraces;
  }

  /** Whether results are JSON. */
  public boolean isJson() {
    return format == Format.JSON;
  }

  /** Whether stdout shows colours to somebody. */
  public boolean isColoured() {
    return terminal.out && System.getenv("NO_COLOR") == null;
  }

  /** What is piped in. */
  public InputStream stdin() {
    return in;
  }

  /** Columns a line may have. */
  public int width() {
    return terminal.columns == 0 ? WIDTH_DEFAULT : Math.max(WIDTH_MIN, terminal.columns);
  }

  /** A line of the result. */
  public synchronized void line(String line) {
    clearProgress();
    out.print(line + "\n");
    out.flush();
  }

  /** Lines of the result. */
  public synchronized void lines(List<String> lines) {
    clearProgress();
    out.print(String.join("\n", lines) + (lines.isEmpty() ? "" : "\n"));
    out.flush();
  }

  /** Bytes of the result as they are, with a line end where a terminal would miss it. */
  public synchronized void bytes(byte[] bytes) {
    clearProgress();
    out.write(bytes, 0, bytes.length);
    if (terminal.out && bytes.length > 0 && bytes[bytes.length - 1] != '\n') {
      out.write('\n');
    }
    out.flush();
  }

  /** The result as one JSON value over several lines. */
  public void json(Object value) {
    line(Json.pretty(value));
  }

  /** What was done: the answer as JSON, or a sentence. */
  public void tell(JsonObject answer, String sentence) {
    if (isJson()) {
      json(answer);
    } else {
      line(sentence);
    }
  }

  /** One of many results: a JSON value on a line of its own. */
  public void jsonLine(Object value) {
    line(Json.compact(value));
  }

  /** The result as a table, or a note that there is nothing. */
  public void table(Table table, String nothing) {
    if (table.isEmpty()) {
      note(nothing);
    } else {
      lines(table.lines(width()));
    }
  }

  /** Whether the reader of stdout is gone, as after {@code | head}. */
  public synchronized boolean isClosed() {
    return out.checkError();
  }

  /** Something worth knowing that isn't the result: a line on stderr. */
  public synchronized void note(String note) {
    clearProgress();
    err.print(note + "\n");
    err.flush();
  }

  /**
   * How far long work is. A terminal shows one line that changes; elsewhere a line is written every
   * five seconds.
   */
  public synchronized void progress(String line) {
    long now = System.nanoTime();
    long every = terminal.err ? PROGRESS_REDRAW_NANOS : PROGRESS_LINE_NANOS;
    if (progressStarted && now - progressAtNanos < every) {
      return;
    }
    progressStarted = true;
    progressAtNanos = now;
    if (!terminal.err) {
      err.print(line + "\n");
    } else {
      String fitting = Text.cut(line, width() - 1);
      err.print("\r" + fitting + " ".repeat(Math.max(0, progressShown - fitting.length())));
      progressShown = fitting.length();
    }
    err.flush();
  }

  private void clearProgress() {
    if (progressShown > 0) {
      err.print("\r" + " ".repeat(progressShown) + "\r");
      err.flush();
      progressShown = 0;
    }
  }

  /**
   * Asks before something is destroyed.
   *
   * @throws Problem if there is nobody to ask
   */
  public synchronized boolean confirm(String question) {
    if (!terminal.in) {
      throw Problem.usage(
          question + " Nobody is there to answer.", "Say --yes, or look first with --dry-run.");
    }
    err.print(question + " [y/N] ");
    err.flush();
    try {
      String answer = new BufferedReader(new InputStreamReader(in, UTF_8)).readLine();
      return answer != null && (answer.equalsIgnoreCase("y") || answer.equalsIgnoreCase("yes"));
    } catch (IOException e) {
      throw new Problem(ExitCode.IO, "IO", "can't read the answer: " + e.getMessage(), null, e);
    }
  }

  /**
   * What went wrong and what to do next: on stderr, as JSON if results are.
   *
   * @param more the verb that says more of it; null if there is none
   */
  public synchronized void problem(Problem problem, @Nullable String more) {
    clearProgress();
    if (isJson()) {
      Map<String, @Nullable Object> error = new LinkedHashMap<>();
      error.put("code", problem.code());
      error.put("message", problem.message());
      error.put("next", problem.next());
      error.put("exit", problem.exitCode());
      err.print(Json.compact(Map.of("error", error)) + "\n");
    } else {
      err.print("parley: " + problem.code() + ": " + problem.message() + "\n");
      String next = problem.next();
      if (next != null) {
        err.print("  → " + next + "\n");
      }
      if (more != null) {
        err.print("  → " + more + "\n");
      }
    }
    if (verbose) {
      problem.printStackTrace(err);
    }
    err.flush();
  }

  /** A help text or version as the command-line parser made it. */
  public synchronized void help(String text) {
    out.print(text);
    out.flush();
  }
}
