package io.parley.server.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServerLogTest {
  private final LoggerContext context = new LoggerContext();
  private final Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);

  @AfterEach
  void stop() {
    context.stop();
  }

  @Test
  void shouldLogFromTheConfiguredLevelOn() {
    ServerLog.configure(context, new LogSettings(LogLevel.WARN));
    assertThat(context.getLogger("io.parley.server").getEffectiveLevel()).isEqualTo(Level.WARN);

    ServerLog.configure(context, new LogSettings(LogLevel.DEBUG));
    assertThat(context.getLogger("io.parley.server").getEffectiveLevel()).isEqualTo(Level.DEBUG);
    assertThat(context.getLogger("io.netty.util").getEffectiveLevel()).isEqualTo(Level.INFO);
  }

  @Test
  void shouldNotMakeNettyTalkMoreThanTheRest() {
    ServerLog.configure(context, new LogSettings(LogLevel.ERROR));

    assertThat(context.getLogger("io.netty.util").getEffectiveLevel()).isEqualTo(Level.ERROR);
  }

  @Test
  void shouldLogTimeLevelThreadAndMessageInOneLine() {
    ServerLog.configure(context, LogSettings.DEFAULTS);

    assertThat(line("ready on {}", null, 7440))
        .matches(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO  \\[owner] ready on 7440\n");
  }

  @Test
  void shouldKeepAnExceptionInTheLineOfItsEvent() {
    ServerLog.configure(context, LogSettings.DEFAULTS);

    String line = line("failed", new IllegalStateException("first\nsecond"));

    assertThat(line).containsOnlyOnce("\n").endsWith("\n");
    assertThat(line)
        .contains("failed | java.lang.IllegalStateException: first | second | at io.parley.server");
  }

  @Test
  void shouldNotLetAMessageLookLikeSeveral() {
    ServerLog.configure(context, LogSettings.DEFAULTS);

    assertThat(line("user '{}'", null, "x'\r\n2025-01-01T00:00:00.000Z ERROR [main] forged"))
        .containsOnlyOnce("\n")
        .contains("user 'x' | 2025-01-01");
  }

  private String line(String message, Throwable failure, Object... arguments) {
    LoggingEvent event =
        new LoggingEvent("ServerLogTest", root, Level.INFO, message, failure, arguments);
    event.setThreadName("owner");
    ConsoleAppender<ILoggingEvent> stdout =
        (ConsoleAppender<ILoggingEvent>) root.getAppender("stdout");
    return new String(stdout.getEncoder().encode(event), UTF_8);
  }
}
