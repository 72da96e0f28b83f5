package io.parley.server.telemetry;

/** Severity of a log line, from the most talkative. */
public enum LogLevel {
  TRACE,
  DEBUG,
  INFO,
  WARN,
  ERROR
}
