package io.parley.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the file we ship against the keys there are. */
class ConfigDocumentationTest {
  private static final Path SHIPPED = Path.of("..", "config", "parley.yaml");
  private static final Path START_SCRIPT = Path.of("..", "bin", "parley");
  private static final Pattern VARIABLE = Pattern.compile("PARLEY_[A-Z_]+");
  private static final Pattern SECTION = Pattern.compile("([a-z-]+):");
  private static final Pattern COMMENTED_KEY = Pattern.compile("  #([a-z-]+): (.+)");

  @Test
  void shouldLoadTheShippedFileAsDefaults() {
    assertThat(ConfigLoader.load(SHIPPED, Map.of(), Map.of())).isEqualTo(BrokerConfig.DEFAULTS);
  }

  @Test
  void shouldDocumentEveryKeyWithItsDefault() throws IOException {
    Map<String, String> keys =
        ConfigKeys.ALL.stream()
            .collect(
                Collectors.toMap(
                    ConfigKey::name,
                    key -> key == ConfigKeys.SECURITY_USERS ? "{}" : key.defaultText(),
                    (first, second) -> first,
                    LinkedHashMap::new));

    assertThat(documentedDefaults()).containsExactlyEntriesOf(keys);
  }

  @Test
  void shouldLoadTheShippedFileWithEveryKeyUncommented(@TempDir Path folder) throws IOException {
    String uncommented =
        Files.readAllLines(SHIPPED).stream()
            .map(line -> COMMENTED_KEY.matcher(line).replaceFirst("  $1: $2"))
            .collect(Collectors.joining("\n"));
    Path file = Files.writeString(folder.resolve("parley.yaml"), uncommented);

    assertThat(uncommented).contains("\n  port: 7440\n");
    assertThat(ConfigLoader.load(file, Map.of(), Map.of())).isEqualTo(BrokerConfig.DEFAULTS);
  }

  @Test
  void shouldGiveEveryKeyItsOwnVariable() {
    assertThat(ConfigKeys.ALL.stream().map(ConfigKey::variable)).doesNotHaveDuplicates();
  }

  /** Else setting one of them for the script would keep the broker from starting. */
  @Test
  void shouldPassOverVariablesOfTheStartScript() throws IOException {
    Map<String, String> variables =
        VARIABLE
            .matcher(Files.readString(START_SCRIPT))
            .results()
            .collect(Collectors.toMap(MatchResult::group, name -> "x", (first, again) -> first));

    assertThat(variables).containsKey("PARLEY_JAVA_OPTS");
    assertThat(ConfigLoader.load(null, variables, Map.of())).isEqualTo(BrokerConfig.DEFAULTS);
  }

  private static Map<String, String> documentedDefaults() throws IOException {
    Map<String, String> documented = new LinkedHashMap<>();
    String section = "";
    for (String line : Files.readAllLines(SHIPPED)) {
      Matcher sectionLine = SECTION.matcher(line);
      Matcher keyLine = COMMENTED_KEY.matcher(line);
      if (sectionLine.matches()) {
        section = sectionLine.group(1);
      } else if (keyLine.matches()) {
        documented.put(section + "." + keyLine.group(1), keyLine.group(2));
      }
    }
    return documented;
  }
}
