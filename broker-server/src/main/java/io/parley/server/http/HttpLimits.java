package io.parley.server.http;

import java.time.Duration;

/**
 * What keeps slow, greedy or broken HTTP clients from hurting the broker.
 *
 * @param connectionsMax most connections; a further one is closed at once
 * @param adminRequestsMax most admin requests between their arrival and the last byte of their
 *     answer, which may be several megabytes; a further one gets {@code OVERLOADED}
 * @param requestBytesMax largest body of a request
 * @param requestTimeout from a connection's start, or its last answer, to its next whole request
 * @param answerTimeout from a request to its answer
 * @param writeTimeout for the client to take an answer
 */
record HttpLimits(
    int connectionsMax,
    int adminRequestsMax,
    int requestBytesMax,
    Duration requestTimeout,
    Duration answerTimeout,
    Duration writeTimeout) {
  static final int LINE_MAX_BYTES = 8 * 1024;
  static final int HEADERS_MAX_BYTES = 16 * 1024;
  static final int CHUNK_MAX_BYTES = 16 * 1024;

  static final HttpLimits DEFAULTS =
      new HttpLimits(
          128,
          4,
          1024 * 1024,
          Duration.ofSeconds(30),
          Duration.ofSeconds(20),
          Duration.ofSeconds(30));
}
