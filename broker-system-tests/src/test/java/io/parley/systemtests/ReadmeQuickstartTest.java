package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.testkit.EmbeddedBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a newcomer copies from README.md. */
class ReadmeQuickstartTest {
  /** A block of Java whose first line says that it is the one. */
  private static final Pattern QUICKSTART =
      Pattern.compile("```java\\R// quickstart\\R(.*?)```", Pattern.DOTALL);

  private static final int LINES_MAX = 30;

  @Test
  void shouldCompileAndRunAgainstBroker(@TempDir Path folder) throws Exception {
    String source = quickstart();
    assertThat(source.lines().count()).as("lines of the quickstart").isLessThan(LINES_MAX);
    compile(source, folder);
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      Path output = folder.resolve("output");
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  folder + System.getProperty("path.separator") + classPath(),
                  "Quickstart",
                  broker.uri())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      try {
        assertThat(process.waitFor(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        String said = Files.readString(output);
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said).contains("COMPLETED");
      } finally {
        process.destroyForcibly();
      }
    }
  }

  private static String quickstart() throws IOException {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("README.md"))) {
      folder = folder.getParent();
      assertThat(folder).as("folder with README.md").isNotNull();
    }
    String readme = Files.readString(folder.resolve("README.md"), StandardCharsets.UTF_8);
    Matcher block = QUICKSTART.matcher(readme);
    assertThat(block.find()).as("README.md has a block of Java marked // quickstart").isTrue();
    return block.group(1);
  }

  private static void compile(String source, Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("Quickstart.java"), source);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> arguments =
        List.of(
            "-proc:none",
            "-Xlint:all,-path", // surefire names folders that needn't exist
            "-Werror",
            "-d",
            folder.toString(),
            "-cp",
            classPath(),
            file.toString());
    int result = compiler.run(null, System.out, System.err, arguments.toArray(String[]::new));
    assertThat(result).as("exit code of javac").isZero();
  }

  private static String classPath() {
    return System.getProperty("java.class.path");
  }
}
