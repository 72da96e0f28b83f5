package io.parley.cli;

import io.parley.cli.admin.AdminAddress;
import io.parley.cli.admin.AdminApi;
import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Output;
import io.parley.cli.console.Problem;
import io.parley.client.BrokerUri;
import io.parley.protocol.ParleyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What every verb has: where to print, which broker is meant, and as whom. */
final class CliContext {
  /** The variables that are read here; the broker's configuration doesn't know them. */
  static final String URI_VARIABLE = "PARLEY_URI";

  static final String ADMIN_VARIABLE = "PARLEY_ADMIN";
  static final String USER_VARIABLE = "PARLEY_USER";
  static final String PASSWORD_VARIABLE = "PARLEY_PASSWORD";
  static final String PASSWORD_FILE_VARIABLE = "PARLEY_PASSWORD_FILE";

  private static final String URI_DEFAULT = "parley://127.0.0.1:7440/default";

  private final Output output;
  private final GlobalOptions options;
  private final Map<String, String> environment;

  CliContext(Output output, GlobalOptions options, Map<String, String> environment) {
    this.output = output;
    this.options = options;
    this.environment = environment;
  }

  Output output() {
    return output;
  }

  Map<String, String> environment() {
    return environment;
  }

  /**
   * The broker meant: option, else environment, else the default. User and password of the
   * environment serve where the URI has none.
   */
  BrokerUri broker() {
    String given = optionOr(options.uri, URI_VARIABLE);
    BrokerUri uri = parsed(given == null ? URI_DEFAULT : given);
    String user = optionOr(null, USER_VARIABLE);
    if (!uri.user().isEmpty() || user == null) {
      return uri;
    }
    return new BrokerUri(user, password(), uri.addresses(), uri.namespace());
  }

  private static BrokerUri parsed(String uri) {
    try {
      return BrokerUri.parse(uri);
    } catch (ParleyException e) {
      throw Problem.usage(String.valueOf(e.getMessage()), null);
    }
  }

  private String password() {
    String file = optionOr(null, PASSWORD_FILE_VARIABLE);
    if (file == null) {
      String password = optionOr(null, PASSWORD_VARIABLE);
      return password == null ? "" : password;
    }
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException e) {
      throw new Problem(
          ExitCode.CONFIG,
          "UNREADABLE_FILE",
          PASSWORD_FILE_VARIABLE + ": '" + file + "' (expected: a readable file; " + e + ")",
          null,
          e);
    }
  }

  AdminAddress adminAddress() {
    return AdminAddress.of(broker(), optionOr(options.admin, ADMIN_VARIABLE));
  }

  AdminApi admin() {
    return new AdminApi(adminAddress());
  }

  private @Nullable String optionOr(@Nullable String option, String variable) {
    if (option != null) {
      return option;
    }
    String value = environment.get(variable);
    return value == null || value.isBlank() ? null : value;
  }
}
