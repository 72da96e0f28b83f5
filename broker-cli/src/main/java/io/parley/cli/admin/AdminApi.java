package io.parley.cli.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Json;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Problem;
import io.parley.protocol.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A broker's admin HTTP API. Every call fails with a {@link Problem} that says what to do.
 *
 * <p>Uses {@link HttpURLConnection}: java.net.http starts threads and takes several times as long
 * for the one request of a verb.
 */
public final class AdminApi {
  private static final int CONNECT_TIMEOUT_MS = 3_000;
  private static final int ANSWER_TIMEOUT_MS = 30_000;

  /** An answer is held in memory as a whole; a page of messages stays far below this. */
  private static final int ANSWER_MAX_BYTES = 256 * 1024 * 1024;

  private final AdminAddress address;

  /** What a call answered: its status and its body, which may be no JSON. */
  private record Answer(int status, byte[] body) {}

  /** The API of this broker. */
  public AdminApi(AdminAddress address) {
    this.address = address;
  }

  /** A path's segment or a parameter's value, safe to put into a path. */
  public static String escaped(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }

  /**
   * Reads something of the namespace.
   *
   * @param path below the namespace, {@code /queues}
   */
  public JsonObject get(String path) {
    return checked(call("GET", inNamespace(path), null));
  }

  /** Changes something of the namespace. */
  public JsonObject post(String path, Map<String, ?> body) {
    return checked(call("POST", inNamespace(path), Json.compact(body).getBytes(UTF_8)));
  }

  /**
   * Reads something of the broker as a whole.
   *
   * @param path below the API, {@code /namespaces}
   */
  public JsonObject getOfBroker(String path) {
    return checked(call("GET", "/admin/v1" + path, null));
  }

  /** Changes something of the broker as a whole. */
  public JsonObject postToBroker(String path, Map<String, ?> body) {
    return checked(call("POST", "/admin/v1" + path, Json.compact(body).getBytes(UTF_8)));
  }

  /** Whether the broker accepts durable writes. */
  public Readiness readiness() {
    Answer answer = call("GET", "/health/ready", null);
    if (answer.status != 200 && answer.status != 503) {
      throw notParley(answer);
    }
    JsonObject body = json(answer);
    String reason = body.textOrNull("reason");
    return new Readiness(answer.status == 200, reason == null ? "" : reason);
  }

  /**
   * Whether a broker is ready.
   *
   * @param reason why it isn't; empty if it is
   */
  public record Readiness(boolean isReady, String reason) {}

  private String inNamespace(String path) {
    return "/admin/v1/namespaces/" + escaped(address.namespace()) + path;
  }

  private JsonObject checked(Answer answer) {
    if (answer.status == 401) {
      // The JDK drops this answer's body where the request had one of a fixed length.
      throw new Problem(
          ExitCode.PERMISSION,
          ErrorCode.UNAUTHENTICATED.name(),
          address.url() + " wants to know who asks, and doesn't know " + shownUser(),
          "Put user:password@ into --uri, or set PARLEY_USER and PARLEY_PASSWORD.");
    }
    JsonObject body = json(answer);
    if (answer.status / 100 == 2) {
      return body;
    }
    JsonObject error = body.objectOrNull("error");
    if (error == null) {
      throw notParley(answer);
    }
    String name = error.text("code");
    throw new Problem(exitCodeOf(name), name, error.text("message"), error.textOrNull("help"));
  }

  private JsonObject json(Answer answer) {
    try {
      return Json.readObject(new ByteArrayInputStream(answer.body));
    } catch (IOException e) {
      throw notParley(answer);
    }
  }

  private static int exitCodeOf(String name) {
    try {
      return ExitCode.of(ErrorCode.valueOf(name));
    } catch (IllegalArgumentException e) {
      // A newer broker's error: its message and help say what this build can't.
      return ExitCode.NO;
    }
  }

  private Answer call(String method, String path, byte @Nullable [] body) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create(address.url() + path).toURL().openConnection();
      connection.setConnectTimeout(CONNECT_TIMEOUT_MS);
      connection.setReadTimeout(ANSWER_TIMEOUT_MS);
      connection.setUseCaches(false);
      connection.setInstanceFollowRedirects(false);
      connection.setRequestMethod(method);
      connection.setRequestProperty("Accept", "application/json");
      if (!address.user().isEmpty()) {
        connection.setRequestProperty("Authorization", basic());
      }
      if (body != null) {
        connection.setRequestProperty("Content-Type", "application/json");
        connection.setDoOutput(true);
        // Without a fixed length the JDK silently repeats a POST whose connection broke.
        connection.setFixedLengthStreamingMode(body.length);
        connection.getOutputStream().write(body);
      }
      int status = connection.getResponseCode();
      try (InputStream in =
          status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
        return new Answer(status, in == null ? new byte[0] : in.readNBytes(ANSWER_MAX_BYTES));
      }
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private String shownUser() {
    return address.user().isEmpty() ? "you" : "'" + address.user() + "' with this password";
  }

  private String basic() {
    byte[] credentials = (address.user() + ":" + address.password()).getBytes(UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(credentials);
  }

  private Problem unreachable(IOException e) {
    String admin = address.url();
    if (e instanceof SocketTimeoutException) {
      return new Problem(
          ExitCode.TEMPORARY,
          "TIMEOUT",
          "no answer from " + admin + " in time (" + e.getMessage() + ")",
          "Is the address right? Look at the broker's log, or try again.",
          e);
    }
    if (e instanceof UnknownHostException) {
      return new Problem(
          ExitCode.UNAVAILABLE,
          "UNKNOWN_HOST",
          "no host named '" + e.getMessage() + "'",
          "Correct --uri or --admin (PARLEY_URI, PARLEY_ADMIN).",
          e);
    }
    if (e instanceof ConnectException || e instanceof NoRouteToHostException) {
      return new Problem(
          ExitCode.UNAVAILABLE,
          "NO_BROKER",
          "no broker at " + admin + " (" + e.getMessage() + ")",
          "Start one with 'parley server', or say where it is with --admin or PARLEY_ADMIN.",
          e);
    }
    return new Problem(
        ExitCode.TEMPORARY,
        "CONNECTION_LOST",
        "the connection to " + admin + " failed: " + e.getMessage(),
        "Look at the broker's log, or try again.",
        e);
  }

  private Problem notParley(Answer answer) {
    return new Problem(
        ExitCode.PROTOCOL,
        "UNEXPECTED_ANSWER",
        address.url()
            + " answered HTTP "
            + answer.status
            + " and no JSON as Parley does (expected: a broker's HTTP port, 7441 by default)",
        "Say where the broker's admin API is with --admin or PARLEY_ADMIN.");
  }
}
