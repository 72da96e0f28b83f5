package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/client.md, each of which stands for the body of a method. */
class ClientGuideTest {
  private static final Pattern EXAMPLE = Pattern.compile("```java\\R(.*?)```", Pattern.DOTALL);

  /** What the examples take for granted. */
  private static final String BEFORE =
      """
      import io.parley.client.*;
      import io.parley.client.jdbc.*;
      import io.parley.client.micrometer.*;
      import io.parley.protocol.model.*;
      import io.micrometer.core.instrument.MeterRegistry;
      import java.sql.Connection;
      import java.time.Duration;
      import java.util.List;
      import javax.sql.DataSource;

      abstract class Guide {
        record Order(String id) {}
        record Stock(int count) {}
        ParleyClient client;
        DataSource dataSource;
        MeterRegistry registry;
        Order order;
        Outbox outbox;
        String cursor;
        abstract List<List<Order>> pagesOf(String country, String cursor, int pageSize);
        abstract String cursorBehind(List<Order> page);
        abstract void show(Order[] page);
        abstract boolean isOpen(Order order);
        abstract String currentTrace();
        abstract void tellCustomer(String code, String reason);
        abstract void note(String type, Verdict verdict, long nanos);
        abstract void insert(Connection connection, Order order);
        abstract void addToIndex(Order order);
      """;

  @Test
  void shouldHaveExamplesThatCompile(@TempDir Path folder) throws Exception {
    List<String> examples = examples();
    assertThat(examples).hasSizeGreaterThan(8);
    StringBuilder source = new StringBuilder(BEFORE);
    for (int i = 0; i < examples.size(); i++) {
      source.append("void example").append(i).append("() throws Exception {\n");
      source.append(examples.get(i)).append("}\n");
    }
    source.append("}\n");
    assertThat(compile(source.toString(), folder)).isEmpty();
  }

  private static List<String> examples() throws Exception {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("docs/client.md"))) {
      root = root.getParent();
      assertThat(root).as("folder with docs/client.md").isNotNull();
    }
    List<String> examples = new ArrayList<>();
    Matcher blocks = EXAMPLE.matcher(Files.readString(root.resolve("docs/client.md")));
    while (blocks.find()) {
      examples.add(blocks.group(1));
    }
    return examples;
  }

  /** What the compiler has against it. */
  private static String compile(String source, Path folder) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter complaints = new StringWriter();
    JavaFileObject file =
        new SimpleJavaFileObject(URI.create("string:///Guide.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    boolean compiled =
        compiler
            .getTask(
                complaints,
                null,
                null,
                List.of(
                    "-proc:none",
                    "-d",
                    folder.toString(),
                    "-cp",
                    System.getProperty("java.class.path")),
                null,
                List.of(file))
            .call();
    return compiled ? "" : complaints.toString();
  }
}
