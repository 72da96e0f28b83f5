package io.parley.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Json;
import io.parley.cli.console.Problem;
import io.parley.protocol.WireLimits;
import io.parley.protocol.model.Payload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The type and body of a message to send. */
final class BodyOptions {
  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain; charset=utf-8";

  @Parameters(index = "0", paramLabel = "TYPE", description = "Name of its type.")
  String type = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "BODY",
      description = "The body: text, @FILE for a file's bytes, - for stdin. Empty if left out.")
  @Nullable String body;

  @Option(
      names = "--content-type",
      paramLabel = "TYPE",
      description = "Media type of the body. Else application/json if it is JSON, else text.")
  @Nullable String contentType;

  /**
   * The body.
   *
   * @param stdin read to its end if the body is {@code -}
   */
  Payload payload(InputStream stdin) {
    Arguments.requireName("type", type);
    byte[] bytes = bytes(stdin);
    if (bytes.length > WireLimits.MESSAGE_HARD_MAX_BYTES) {
      throw new Problem(
          ExitCode.DATA,
          "MESSAGE_TOO_LARGE",
          "body: more than "
              + WireLimits.MESSAGE_HARD_MAX_BYTES
              + " bytes (expected: at most that, and no more than the broker's"
              + " limits.max-message)",
          "Store it elsewhere and send where it is.");
    }
    return new Payload(contentType == null ? contentTypeOf(bytes) : contentType, bytes);
  }

  private byte[] bytes(InputStream stdin) {
    String given = body == null ? "" : body;
    try {
      if (given.equals("-")) {
        return stdin.readNBytes(WireLimits.MESSAGE_HARD_MAX_BYTES + 1);
      }
      if (given.startsWith("@")) {
        try (InputStream file = Files.newInputStream(Path.of(given.substring(1)))) {
          return file.readNBytes(WireLimits.MESSAGE_HARD_MAX_BYTES + 1);
        }
      }
    } catch (NoSuchFileException e) {
      throw new Problem(
          ExitCode.NOT_FOUND,
          "NO_SUCH_FILE",
          "body: '" + given + "' (expected: @ and an existing file)",
          "For a text that starts with @, pipe it in and say '-'.",
          e);
    } catch (IOException e) {
      throw new Problem(
          ExitCode.IO, "IO", "body: can't read '" + given + "': " + e.getMessage(), null, e);
    }
    return given.getBytes(UTF_8);
  }

  private static @Nullable String contentTypeOf(byte[] bytes) {
    if (bytes.length == 0) {
      return null;
    }
    if (Json.isJson(bytes)) {
      return JSON;
    }
    return Bytes.textOrNull(bytes) == null ? null : TEXT;
  }
}
