package io.parley.server.telemetry;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import java.net.URL;
import java.util.Objects;
import org.slf4j.LoggerFactory;

/**
 * The broker process's log: to stdout, one line per event. Configured by the process that is a
 * broker and nothing else, and not by a file that logging finds on its own: a broker embedded in
 * somebody's tests leaves their logging alone.
 */
public final class ServerLog {
  private static final String CONFIGURATION = "server-logback.xml";

  private ServerLog() {}

  /**
   * Logs as configured from now on. Where something else than Logback logs, that stays as it is.
   */
  public static void start(LogSettings settings) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      configure(context, settings);
    }
  }

  static void configure(LoggerContext context, LogSettings settings) {
    URL file = Objects.requireNonNull(ServerLog.class.getResource(CONFIGURATION), CONFIGURATION);
    context.reset();
    context.putProperty("log.level", settings.level().name());
    context.putProperty("log.level.netty", atLeastInfo(settings.level()).name());
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    try {
      configurator.doConfigure(file);
    } catch (JoranException e) {
      throw new IllegalStateException("our own " + CONFIGURATION + " can't be read", e);
    }
  }

  /**
   * Netty explains at debug level what it finds on each machine; that helps nobody with a broker.
   */
  private static LogLevel atLeastInfo(LogLevel level) {
    return level.compareTo(LogLevel.INFO) < 0 ? LogLevel.INFO : level;
  }
}
