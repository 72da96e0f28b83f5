package io.parley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Output;
import io.parley.protocol.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class ParleyCliTest {
  private static final int WIDTH = 100;

  /** A line of the help that shows how to call it, up to a pipe, another command or a remark. */
  private static final Pattern EXAMPLE =
      Pattern.compile("^  .*?\\bparley ((?:(?! \\| | && |   ).)+)");

  @Test
  void shouldExplainItselfWithoutArguments() {
    CliRun run = CliRun.of();

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("Missing required subcommand").contains("parley --help");
  }

  @ParameterizedTest
  @MethodSource("allCommands")
  void shouldHaveHelpThatFitsItsWidth(List<String> command) {
    CliRun run = CliRun.of(withHelp(command));

    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(run.err()).isEmpty();
    assertThat(run.lines()).first().asString().startsWith(usageOf(command));
    assertThat(run.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(WIDTH));
  }

  @ParameterizedTest
  @MethodSource("verbs")
  void shouldShowExamplesThatParse(List<String> verb) {
    List<String[]> examples =
        CliRun.of(withHelp(verb)).lines().stream()
            .map(EXAMPLE::matcher)
            .filter(Matcher::find)
            .map(example -> words(example.group(1)))
            .toList();

    assertThat(examples).anyMatch(words -> List.of(words).containsAll(verb));
    for (String[] words : examples) {
      ParleyCli.commands(output(), Map.of(), null).parseArgs(words);
    }
  }

  /** As a shell would take a simple line apart. */
  private static String[] words(String line) {
    List<String> words = new ArrayList<>();
    Matcher word = Pattern.compile("'([^']*)'|(\\S+)").matcher(line);
    while (word.find()) {
      words.add(word.group(1) == null ? word.group(2) : word.group(1));
    }
    return words.toArray(new String[0]);
  }

  @ParameterizedTest
  @MethodSource("verbs")
  void shouldBeDocumented(List<String> verb) throws IOException {
    assertThat(Files.readString(Path.of("../docs/cli.md")))
        .contains("`parley " + String.join(" ", verb));
  }

  @Test
  void shouldTellItsVersion() {
    assertThat(CliRun.of("--version").out()).startsWith("parley ").contains("protocol 1, Java ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "qeue list                               | Unmatched arguments from index 0: 'qeue'",
        "comand                                  | Did you mean command or",
        "queue lst                               | Did you mean list?",
        "queue                                   | Missing required subcommand",
        "queue list --frob                       | Unknown option: '--frob'",
        "queue show                              | Missing required parameter: 'QUEUE'",
        "queue list -o xml                       | expected one of [TABLE, JSON]",
        "queue list --uri http://h               | broker URI: 'http://h' doesn't start with",
        "queue list --admin 127.0.0.1:7441       | admin address: '127.0.0.1:7441' (expected:",
        "queue peek q --limit 0                  | --limit: 0 (expected: 1 to 1000)",
        "queue peek q --limit x                  | 'x' is not an int",
        "check ready --wait 5                    | '5' (expected: a number and ms, s, m, h or d",
        "check ready --wait 21d                  | '21d' (expected: at most 20d)",
        "outcome get x                           | message id: 'x' (expected: a UUID",
        "command send a/b                        | type name: 'a/b' has '/' at position 2",
        "command send a.B --id 1                 | message id: '1' (expected: a UUID",
        "command send a.B --priority 10          | --priority: 10 (expected: 0 to 9)",
        "command send a.B --await=soon           | 'soon' (expected: a number and ms",
        "command receive                         | whose commands? (expected: --queue",
        "command receive --queue q --count -1    | --count: -1 (expected: 0 to",
        "command receive --queue q --ack release | --count (with --ack release): 0 (expected: 1 to",
        "event subscribe a.>                     | which subscription? (expected:",
        "event subscribe a.>.b --service s       | has '>' at position 3",
        "query ask a.B --page -1                 | --page: -1 (expected: 0 to",
        "query ask a.B --deadline 0s             | deadline",
        "bench --size 3                          | --size: 3 (expected: 8 to",
        "bench --credit 0                        | --credit: 0 (expected: 1 to",
        "bench --duration 0s                     | --duration: 0s (expected: 1ms to",
        "bench fan-aut                           | 'fan-aut': unknown (the nearest known one is fan-out",
        "bench fan-out --queues 3                | 'fan-out' has no queues",
        "bench --between true                    | --between: 'true' (expected: a workload with a backlog)",
      })
  void shouldExplainAWrongCommandLine(String line, String expected) {
    CliRun run = CliRun.of(line.split(" +"));

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains(expected);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void shouldTellThatAFileIsMissing() {
    CliRun run = CliRun.of("command", "send", "a.B", "@no-such-file");

    assertThat(run.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(run.err()).contains("'@no-such-file' (expected: @ and an existing file)");
  }

  @Test
  void shouldTakeTheOptionsOfAllVerbsBeforeAndAfterTheVerb() {
    for (String line : List.of("--uri x queue list", "queue --uri x list", "queue list --uri x")) {
      assertThat(CliRun.of(line.split(" ")).err()).contains("broker URI: 'x'");
    }
  }

  @Test
  void shouldPreferOptionsToTheEnvironment() {
    CliRun.Setup setup = new CliRun.Setup().with("PARLEY_URI", "from-environment");

    assertThat(setup.run("queue", "list").err()).contains("'from-environment'");
    assertThat(setup.run("queue", "list", "--uri", "from-option").err()).contains("'from-option'");
  }

  @Test
  void shouldNeverShowAPassword() {
    CliRun run = CliRun.of("queue", "list", "--uri", "http://me:secret@h", "--verbose");

    assertThat(run.err()).contains("me:***@h").doesNotContain("secret");
  }

  @Test
  void shouldShowWhereAnErrorCameFromIfAsked() {
    assertThat(CliRun.of("outcome", "get", "x").err()).doesNotContain("\tat ");
    assertThat(CliRun.of("outcome", "get", "x", "--verbose").err())
        .contains("\tat io.parley.cli.OutcomeGetCommand");
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void shouldHaveAnExitCodeForEveryError(ErrorCode code) {
    assertThat(ExitCode.of(code)).isNotEqualTo(ExitCode.OK);
  }

  private static String[] withHelp(List<String> command) {
    List<String> args = new ArrayList<>(command);
    args.add("--help");
    return args.toArray(new String[0]);
  }

  private static String usageOf(List<String> command) {
    return ("Usage: parley " + String.join(" ", command)).stripTrailing();
  }

  static Stream<List<String>> verbs() {
    return allCommands().filter(command -> leaf(command));
  }

  private static boolean leaf(List<String> command) {
    return allCommands()
        .noneMatch(c -> c.size() > command.size() && c.subList(0, command.size()).equals(command));
  }

  static Stream<List<String>> allCommands() {
    List<List<String>> commands = new ArrayList<>();
    collect(ParleyCli.commands(output(), Map.of(), null), List.of(), commands);
    return commands.stream();
  }

  private static void collect(CommandLine command, List<String> path, List<List<String>> into) {
    into.add(path);
    command
        .getSubcommands()
        .forEach(
            (name, below) -> {
              List<String> longer = new ArrayList<>(path);
              longer.add(name);
              collect(below, longer, into);
            });
  }

  private static Output output() {
    PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());
    return new Output(
        nowhere, nowhere, new ByteArrayInputStream(new byte[0]), Output.Terminal.NONE);
  }
}
