package io.parley.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Environment variables taken apart into keys and the text of their values. */
final class ConfigEnvironment {
  /**
   * Variables with our prefix that are no keys: they are read by {@code bin/parley} and by the
   * commands that talk to a broker.
   */
  private static final Set<String> OTHER_VARIABLES =
      Set.of(
          "PARLEY_ADMIN",
          "PARLEY_CDS",
          "PARLEY_CONFIG",
          "PARLEY_JAVA_FOLDERS",
          "PARLEY_JAVA_HOME",
          "PARLEY_JAVA_OPTS",
          "PARLEY_PASSWORD",
          "PARLEY_PASSWORD_FILE",
          "PARLEY_URI",
          "PARLEY_USER");

  private static final String PREFIX = "PARLEY_";

  /**
   * What Kubernetes and Docker links set in every container beside a service named {@code parley}
   * or {@code parley-…}. Nobody wrote them, so they are no mistakes.
   */
  private static final Pattern SERVICE_VARIABLE =
      Pattern.compile(
          "PARLEY_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|"
              + "PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");

  private static final Pattern SERVICE_ADDRESS = Pattern.compile("(tcp|udp|sctp)://.*");

  private static final long SECRET_FILE_MAX_BYTES = 1024 * 1024;

  private final Map<String, String> variables;
  private final Consumer<String> problems;
  private final Map<String, ConfigKey<?>> keysByVariable = new HashMap<>();
  private final Map<String, ConfigKey<?>> secretsByFileVariable = new HashMap<>();
  private final List<Setting> settings = new ArrayList<>();

  private ConfigEnvironment(Map<String, String> variables, Consumer<String> problems) {
    this.variables = variables;
    this.problems = problems;
    for (ConfigKey<?> key : ConfigKeys.ALL) {
      keysByVariable.put(key.variable(), key);
      if (key.secret()) {
        secretsByFileVariable.put(key.fileVariable(), key);
      }
    }
  }

  /**
   * Reads the variables with our prefix.
   *
   * @param problems told of whatever is wrong with them
   * @return the keys that are set
   */
  static List<Setting> read(Map<String, String> variables, Consumer<String> problems) {
    ConfigEnvironment environment = new ConfigEnvironment(variables, problems);
    new TreeMap<>(variables).forEach(environment::visit);
    return environment.settings;
  }

  private void visit(String variable, String text) {
    if (!variable.startsWith(PREFIX)
        || OTHER_VARIABLES.contains(variable)
        || isService(variable, text)) {
      return;
    }
    ConfigKey<?> key = keysByVariable.get(variable);
    ConfigKey<?> secret = secretsByFileVariable.get(variable);
    if (key != null) {
      settings.add(Setting.ofText(key.name(), variable, text));
    } else if (secret != null) {
      readSecret(secret, text);
    } else {
      problems.accept(
          variable
              + ": unknown variable (the nearest known one is "
              + NearestName.of(variable, known())
              + ")");
    }
  }

  private static boolean isService(String variable, String text) {
    return SERVICE_VARIABLE.matcher(variable).matches()
        || (variable.endsWith("_PORT") && SERVICE_ADDRESS.matcher(text).matches());
  }

  private void readSecret(ConfigKey<?> key, String path) {
    if (variables.containsKey(key.variable())) {
      problems.accept(
          key.fileVariable()
              + ": set beside "
              + key.variable()
              + " (expected: only one of the two)");
      return;
    }
    try {
      Path file = Path.of(path);
      long bytes = Files.size(file);
      if (bytes > SECRET_FILE_MAX_BYTES) {
        throw new IOException(bytes + " bytes, more than " + SECRET_FILE_MAX_BYTES);
      }
      String source = key.fileVariable() + " (" + path + ")";
      settings.add(Setting.ofText(key.name(), source, Files.readString(file)));
    } catch (IOException | IllegalArgumentException e) {
      problems.accept(
          key.fileVariable()
              + ": '"
              + path
              + "' (expected: a file in UTF-8 that can be read; this one: "
              + e
              + ")");
    }
  }

  private Set<String> known() {
    Set<String> known = new TreeSet<>(OTHER_VARIABLES);
    known.addAll(keysByVariable.keySet());
    known.addAll(secretsByFileVariable.keySet());
    return known;
  }
}
