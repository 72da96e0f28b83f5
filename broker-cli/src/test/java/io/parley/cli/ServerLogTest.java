package io.parley.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.JoranException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Holds logback.xml to what the documentation says of the broker's log. */
class ServerLogTest {
  private final LoggerContext context = new LoggerContext();
  private final Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);

  @AfterEach
  void stop() {
    context.stop();
  }

  @Test
  void shouldLogFromTheConfiguredLevelOn() throws JoranException {
    configure("DEBUG");

    assertThat(context.getLogger("io.parley.server").getEffectiveLevel()).isEqualTo(Level.DEBUG);
    assertThat(context.getLogger("io.netty.util").getEffectiveLevel()).isEqualTo(Level.WARN);
  }

  @Test
  void shouldLogTimeLevelThreadAndMessageInOneLine() throws JoranException {
    configure("INFO");

    assertThat(line("ready on {}", null, 7440))
        .matches(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO  ROOT \\[owner] ready on"
                + " 7440\\R");
  }

  @Test
  void shouldKeepAnExceptionInTheLineOfItsEvent() throws JoranException {
    configure("INFO");

    String line = line("failed", new IllegalStateException("first\nsecond"));

    assertThat(line.lines()).hasSize(1);
    assertThat(line)
        .contains("failed | java.lang.IllegalStateException: first | second | at io.parley.cli");
  }

  @Test
  void shouldNotLetAMessageLookLikeSeveral() throws JoranException {
    configure("INFO");

    String line = line("user '{}'", null, "x'\r\n2025-01-01T00:00:00.000Z ERROR forged");

    assertThat(line.lines()).hasSize(1);
    assertThat(line).contains("user 'x' | 2025-01-01");
  }

  private void configure(String level) throws JoranException {
    context.putProperty("parley.log.level", level);
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(ParleyCli.class.getResource("/logback.xml"));
  }

  private String line(String message, Throwable failure, Object... arguments) {
    LoggingEvent event =
        new LoggingEvent("ServerLogTest", root, Level.INFO, message, failure, arguments);
    event.setThreadName("owner");
    ConsoleAppender<ILoggingEvent> console =
        (ConsoleAppender<ILoggingEvent>) root.getAppender("console");
    return new String(console.getEncoder().encode(event), UTF_8);
  }
}
