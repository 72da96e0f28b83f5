package io.parley.cli.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.cli.console.Output.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class OutputTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void shouldReplaceTheProgressLineOnATerminal() {
    Output output = output(new Terminal(true, true, true, 80));

    output.progress("half");
    output.line("result");

    assertThat(err.toString(UTF_8)).isEqualTo("\rhalf\r    \r");
    assertThat(out.toString(UTF_8)).isEqualTo("result\n");
  }

  @Test
  void shouldWriteProgressAsLinesElsewhereAndNotTooMany() {
    Output output = output(Terminal.NONE);

    output.progress("one");
    output.progress("two");

    assertThat(err.toString(UTF_8)).isEqualTo("one\n");
  }

  @Test
  void shouldReadWhatTheStartingScriptFoundOut() {
    assertThat(Terminal.parse("021:133")).isEqualTo(new Terminal(true, true, true, 133));
    assertThat(Terminal.parse("2")).isEqualTo(new Terminal(false, true, false, 0));
    assertThat(Terminal.parse("1:")).isEqualTo(new Terminal(true, false, false, 0));
    assertThat(Terminal.parse("")).isEqualTo(Terminal.NONE);
  }

  @Test
  void shouldUseTheTerminalsWidthWithinReason() {
    assertThat(output(Terminal.NONE).width()).isEqualTo(100);
    assertThat(output(new Terminal(true, true, true, 133)).width()).isEqualTo(133);
    assertThat(output(new Terminal(true, true, true, 3)).width()).isEqualTo(40);
  }

  @Test
  void shouldNoticeThatNobodyReads() {
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    Output output = output(new PrintStream(closed), Terminal.NONE);
    assertThat(output.isClosed()).isFalse();

    output.line("lost");

    assertThat(output.isClosed()).isTrue();
  }

  @Test
  void shouldEndBytesWithANewLineOnATerminalAlone() {
    output(new Terminal(true, true, true, 80)).bytes("x".getBytes(UTF_8));
    output(Terminal.NONE).bytes("y".getBytes(UTF_8));

    assertThat(out.toString(UTF_8)).isEqualTo("x\ny");
  }

  private Output output(Terminal terminal) {
    return output(new PrintStream(out, false, UTF_8), terminal);
  }

  private Output output(PrintStream stream, Terminal terminal) {
    return new Output(
        stream,
        new PrintStream(err, false, UTF_8),
        new ByteArrayInputStream(new byte[0]),
        terminal);
  }
}
