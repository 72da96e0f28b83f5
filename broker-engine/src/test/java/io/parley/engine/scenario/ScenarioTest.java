package io.parley.engine.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the scripts in {@code src/test/resources/scenarios}. In a script a line that starts with
 * {@code >} is a command, the indented lines after it are what comes of it, all else is for the
 * reader. {@code -Dscenarios.update=true} writes what comes of it into the scripts, to be reviewed
 * as a diff.
 */
class ScenarioTest {
  private static final Path SCRIPTS = Path.of("src", "test", "resources", "scenarios");

  static Stream<Path> scripts() throws IOException {
    try (Stream<Path> files = Files.list(SCRIPTS)) {
      return files.sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void shouldGoAsTheScriptSays(Path script) throws IOException {
    List<String> expected = Files.readAllLines(script);

    List<String> happened = play(expected);

    if (Boolean.getBoolean("scenarios.update")) {
      Files.write(script, happened);
    }
    assertThat(happened).anyMatch(line -> line.startsWith("> "));
    assertThat(String.join("\n", happened)).isEqualTo(String.join("\n", expected));
  }

  private static List<String> play(List<String> script) {
    Scenario scenario = new Scenario();
    List<String> happened = new ArrayList<>();
    for (String line : script) {
      if (line.startsWith("  ")) {
        continue; // what came of it last time
      }
      happened.add(line);
      if (line.startsWith("> ")) {
        scenario.run(line.substring(2)).forEach(told -> happened.add("  " + told));
      }
    }
    return happened;
  }
}
