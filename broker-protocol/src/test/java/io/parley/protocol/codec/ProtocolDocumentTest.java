package io.parley.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.WireLimits;
import io.parley.protocol.frame.FrameType;
import io.parley.protocol.model.OutcomeStatus;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The document and the code say the same; the field tables are held by the golden vectors. */
class ProtocolDocumentTest {
  private static final String EXAMPLE = "# golden/";

  private final ProtocolDocument document = ProtocolDocument.read();

  @Test
  void shouldHaveASectionForEveryFrameWithItsCode() {
    List<String> sections =
        document.lines().stream().filter(line -> line.startsWith("### `0x")).toList();

    assertThat(sections)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(FrameType.values())
                .map(type -> "### " + code(type) + " " + type)
                .toList());
  }

  @Test
  void shouldListEveryFrameWithItsCodeAndDirection() {
    List<String> fromClient = new ArrayList<>();
    List<String> fromBroker = new ArrayList<>();
    for (List<String> row : document.rows("## The frame")) {
      if (row.size() == 6 && !row.get(0).equals("Code")) {
        fromClient.add(row.get(0) + row.get(1));
        fromBroker.add(row.get(4) + row.get(5));
      }
    }
    fromBroker.removeIf(String::isEmpty);

    assertThat(fromClient)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(FrameType.values())
                .filter(type -> !type.isFromBroker())
                .map(type -> code(type) + type)
                .toList());
    assertThat(fromBroker)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(FrameType.values())
                .filter(FrameType::isFromBroker)
                .map(type -> code(type) + type)
                .toList());
  }

  @Test
  void shouldListEveryErrorWithItsNumberAndHelp() {
    List<List<String>> rows = document.rows("## Errors");

    assertThat(rows.subList(1, rows.size()))
        .containsExactlyElementsOf(
            Arrays.stream(ErrorCode.values())
                .map(
                    code ->
                        List.of(
                            String.valueOf(code.number()),
                            "`" + code + "`",
                            code.retryable() ? "yes" : "no",
                            code.help()))
                .toList());
  }

  @Test
  void shouldListEveryLimitWithItsValue() throws IllegalAccessException {
    List<String> limits = new ArrayList<>();
    for (Field limit : WireLimits.class.getFields()) {
      limits.add(String.format(Locale.ROOT, "%,d `%s`", limit.getInt(null), limit.getName()));
    }
    List<List<String>> rows = document.rows("## Limits");

    assertThat(rows.subList(1, rows.size()).stream().map(row -> row.get(0) + " " + row.get(1)))
        .containsExactlyInAnyOrderElementsOf(limits);
  }

  @Test
  void shouldNameEveryOutcomeStatus() {
    String statuses = document.rows("### `0xD0` OUTCOME").get(1).get(2);

    assertThat(statuses)
        .isEqualTo(
            String.join(
                ", ",
                Arrays.stream(OutcomeStatus.values())
                    .map(
                        status ->
                            status.code()
                                + " "
                                + status.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .toList()));
  }

  @Test
  void shouldShowTheBytesOfTheGoldenFiles() throws IOException {
    assertThat(document.lines().stream().filter(line -> line.startsWith(EXAMPLE))).hasSize(9);
    assertThat(document.lines()).containsExactlyElementsOf(withExamples(document.lines()));
  }

  /** Puts the golden files as they are now into the document. */
  static void writeExamplesAgain() throws IOException {
    List<String> lines = withExamples(ProtocolDocument.read().lines());
    Files.writeString(ProtocolDocument.PATH, String.join("\n", lines) + "\n");
  }

  private static List<String> withExamples(List<String> lines) throws IOException {
    List<String> result = new ArrayList<>();
    boolean insideExample = false;
    for (String line : lines) {
      if (line.startsWith(EXAMPLE)) {
        insideExample = true;
        String name = line.substring(EXAMPLE.length(), line.length() - ".hex".length());
        result.addAll(GoldenVectorsTest.goldenText(name).lines().toList());
      } else if (line.equals("```")) {
        insideExample = false;
        result.add(line);
      } else if (!insideExample) {
        result.add(line);
      }
    }
    return result;
  }

  private static String code(FrameType type) {
    return String.format("`0x%02X`", type.code());
  }
}
