package io.parley.cli;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.cli.console.ExitCode;
import io.parley.client.CommandResult;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.ErrorClass;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorCommandTest {
  private static final Path SOURCES = Path.of("src/main/java");

  /** A problem made by this module, to the end of the statement; and the codes named in it. */
  private static final Pattern PROBLEM = Pattern.compile("new Problem\\(.*?;", Pattern.DOTALL);

  private static final Pattern QUOTED_CODE = Pattern.compile("\"([A-Z]+(?:_[A-Z]+)*)\"");

  @Test
  void shouldHaveAPageForEveryCodeAndNoOther() throws Exception {
    Set<String> codes = new TreeSet<>();
    for (ErrorCode code : ErrorCode.values()) {
      codes.add(code.name());
    }
    for (ErrorClass errorClass : ErrorClass.values()) {
      codes.add(errorClass.name());
    }
    for (Field rejection : CommandResult.class.getFields()) {
      codes.add((String) rejection.get(null));
    }
    codes.addAll(codesOfThisModule());

    assertThat(new TreeSet<>(ErrorPages.load().all().keySet())).isEqualTo(codes);
  }

  /** Codes that stand as texts where problems are made. */
  private static Set<String> codesOfThisModule() throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      Set<String> codes =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .flatMap(file -> PROBLEM.matcher(read(file)).results())
              .map(MatchResult::group)
              .flatMap(problem -> QUOTED_CODE.matcher(problem).results())
              .map(code -> code.group(1))
              .collect(toCollection(TreeSet::new));
      assertThat(codes).contains("USAGE", "NO_BROKER", "NO_SUCH_FILE"); // or the pattern is wrong
      return codes;
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void shouldSayWhatTheTableOfTheWireSays(ErrorCode code) {
    ErrorPage page = ErrorPages.load().all().get(code.name());

    assertThat(page.number()).isEqualTo(code.number());
    assertThat(page.mayBeTriedAgain()).isEqualTo(code.retryable());
  }

  @ParameterizedTest
  @MethodSource("pages")
  void shouldSayWhetherToTryAgain(ErrorPage page) {
    assertThat(page.again()).matches("(yes|no)\\b.*");
    assertThat(page.group()).isNotBlank();
  }

  static Stream<ErrorPage> pages() {
    return ErrorPages.load().all().values().stream();
  }

  @Test
  void shouldReadTheDocumentItself() throws IOException {
    assertThat(ErrorPages.load().all())
        .isEqualTo(ErrorPages.parse(Files.readString(Path.of("../docs/errors.md"))).all());
  }

  @Test
  void shouldNameAPageThatSaysTooLittle() {
    assertThatThrownBy(() -> ErrorPages.parse("## G\n\n### ODD (7)\n\nText.\n\n- **Do**: it.\n"))
        .hasMessageContaining("ODD: [Do] (expected:");
  }

  @Test
  void shouldRefuseTwoPagesOfOneCode() {
    String page =
        "### ODD\n\nText.\n\n- **Probably**: a\n- **Do**: b\n- **Again**: no\n- **Example**: `c`\n\n";

    assertThat(ErrorPages.parse(page).all()).containsOnlyKeys("ODD");
    assertThatThrownBy(() -> ErrorPages.parse(page + page)).hasMessageContaining("ODD: two pages");
  }

  @ParameterizedTest
  @ValueSource(strings = {"LEASE_LOST", "lease_lost", "lease-lost", "401"})
  void shouldExplainACode(String typed) {
    CliRun run = CliRun.of("error", typed);

    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(run.lines()).first().isEqualTo("LEASE_LOST (401)");
    assertThat(run.out())
        .contains("\nProbably  ", "\nDo        ", "\nAgain     no", "\nExample   ");
    assertThat(run.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    assertThat(run.err()).isEmpty();
  }

  @Test
  void shouldExplainACodeWithoutANumber() {
    assertThat(CliRun.of("error", "NO_BROKER").lines()).first().isEqualTo("NO_BROKER");
  }

  @Test
  void shouldListAllCodes() {
    List<String> lines = CliRun.of("error").lines();

    assertThat(lines).first().asString().startsWith("CODE").contains("NUMBER  AGAIN  MEANS");
    assertThat(lines)
        .anySatisfy(line -> assertThat(line).matches("GOING_AWAY +107 +yes +The broker .*"))
        .anySatisfy(line -> assertThat(line).matches("NO_BROKER +- +yes +Nobody .*"))
        .hasSize(1 + ErrorPages.load().all().size());
  }

  @Test
  void shouldBeJsonForPrograms() {
    assertThat(CliRun.of("error", "NO_BROKER", "-o", "json").out())
        .contains("\"code\" : \"NO_BROKER\"", "\"number\" : null", "\"again\" : \"yes");
    assertThat(CliRun.of("error", "-o", "json").out())
        .startsWith("{\n  \"errors\" : [")
        .contains(Arrays.stream(ErrorCode.values()).map(c -> "\"" + c + "\"").toList());
  }

  @ParameterizedTest
  @CsvSource({"LEASE_LOSED,LEASE_LOST", "no-brokr,NO_BROKER", "leaselost,LEASE_LOST"})
  void shouldNameTheNearestOfAnUnknownCode(String typed, String nearest) {
    CliRun run = CliRun.of("error", typed);

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err())
        .contains("'" + typed + "' has no page (the nearest known one is " + nearest + ")");
  }

  @Test
  void shouldKnowWhichCodesHaveAPage() {
    assertThat(ErrorPages.load().all().keySet()).allMatch(ErrorPages::isKnown);
    assertThat(List.of("LEASE", "TOO_NEW", "")).noneMatch(ErrorPages::isKnown);
  }

  @Test
  void shouldBeNamedByEveryErrorButAWrongCommandLine() {
    assertThat(CliRun.of("command", "send", "a.B", "@no-such-file").err())
        .endsWith("\n  → parley error NO_SUCH_FILE\n");
    assertThat(CliRun.of("queue", "lst").err()).doesNotContain("parley error");
  }
}
