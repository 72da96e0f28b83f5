package io.parley.server.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;

/**
 * What a request is answered with.
 *
 * @param status the HTTP status
 * @param contentType the body's media type
 * @param headers further headers
 * @param body writes the body, on the event loop and once
 */
record Answer(int status, String contentType, Map<String, String> headers, Body body) {
  private static final String JSON = "application/json";

  /** Writes a body. */
  @FunctionalInterface
  interface Body {
    void writeTo(OutputStream out) throws IOException;
  }

  static Answer of(int status, String contentType, Body body) {
    return new Answer(status, contentType, Map.of(), body);
  }

  static Answer json(int status, Body body) {
    return of(status, JSON, body);
  }

  Answer with(Map<String, String> otherHeaders) {
    return new Answer(status, contentType, otherHeaders, body);
  }
}
