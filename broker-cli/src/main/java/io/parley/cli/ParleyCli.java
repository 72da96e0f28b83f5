package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Output;
import io.parley.cli.console.Problem;
import io.parley.protocol.ParleyException;
import io.parley.protocol.ProtocolVersion;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The root of the {@code parley} command. Nouns have verbs ({@code parley queue list}); one class
 * per verb.
 */
@Command(
    name = "parley",
    versionProvider = ParleyCli.Version.class,
    synopsisSubcommandLabel = "NOUN VERB",
    description = "Commands, events and queries between services, stored durably.",
    footer = {
      "",
      "Examples:",
      "  parley demo                                    see it work on real data",
      "  parley server --data ./data                    start a broker",
      "  parley check ready --wait 30s                  wait until it takes writes",
      "  parley command send shop.AddItem '{\"sku\":1}'   send a command",
      "  parley queue list                              who has how much to do",
      "  parley dead-letter list                        what could not be handled",
      "  parley queue list -o json | jq '.queues[].ready'",
      "  parley error LEASE_LOST                        what an error means, and what to do",
      "",
      "Each noun and verb has its own --help. Exit codes are those of sysexits.h: 0 done, 64 wrong",
      "command line, 65 bad value, 66 not found, 69 no broker, 75 try again, 77 not permitted,",
      "78 bad configuration. docs/cli.md lists them with the JSON output."
    })
public final class ParleyCli {
  private static final List<String> NOUNS =
      List.of(
          "server",
          "command",
          "event",
          "query",
          "queue",
          "subscription",
          "topic",
          "type",
          "dead-letter",
          "namespace",
          "outcome",
          "explain",
          "trace",
          "drain",
          "catalog",
          "check",
          "error",
          "bench",
          "demo");

  @Mixin private final GlobalOptions globals = new GlobalOptions();

  private ParleyCli() {}

  /** The process's entry. */
  public static void main(String[] args) {
    System.exit(run(args, Output.ofProcess(), System.getenv()));
  }

  /**
   * Runs one verb.
   *
   * @return the exit code
   */
  static int run(String[] args, Output output, Map<String, String> environment) {
    StringWriter help = new StringWriter();
    int exitCode =
        commands(output, environment, args.length == 0 ? null : args[0])
            .setOut(new PrintWriter(help))
            .execute(args);
    output.help(help.toString());
    return exitCode;
  }

  /**
   * The nouns with their verbs.
   *
   * @param only the one noun that will be used; all if this is none, or null
   */
  static CommandLine commands(
      Output output, Map<String, String> environment, @Nullable String only) {
    ParleyCli root = new ParleyCli();
    CliContext context = new CliContext(output, root.globals, environment);
    CommandLine commands = new CommandLine(root, new ContextFactory(context));
    // Reading the annotations of all verbs takes longer than running one of them.
    if (only != null && NOUNS.contains(only)) {
      commands.addSubcommand(only, verbsOf(only));
    } else {
      NOUNS.forEach(noun -> commands.addSubcommand(noun, verbsOf(noun)));
    }
    HelpStyle.apply(commands);
    Execution execution = new Execution(output, root.globals);
    return commands
        .setExpandAtFiles(false) // @FILE is a body
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setColorScheme(
            CommandLine.Help.defaultColorScheme(output.isColoured() ? Ansi.ON : Ansi.OFF))
        .registerConverter(Duration.class, new Durations())
        .setParameterExceptionHandler(execution)
        .setExecutionExceptionHandler(execution)
        .setExecutionStrategy(execution);
  }

  /** A noun's class. A switch, so that only the one asked for is loaded. */
  private static Class<?> verbsOf(String noun) {
    return switch (noun) {
      case "server" -> ServerCommand.class;
      case "command" -> CommandCommand.class;
      case "event" -> EventCommand.class;
      case "query" -> QueryCommand.class;
      case "queue" -> QueueCommand.class;
      case "subscription" -> SubscriptionCommand.class;
      case "topic" -> TopicCommand.class;
      case "type" -> TypeCommand.class;
      case "dead-letter" -> DeadLetterCommand.class;
      case "outcome" -> OutcomeCommand.class;
      case "namespace" -> NamespaceCommand.class;
      case "explain" -> ExplainCommand.class;
      case "trace" -> TraceCommand.class;
      case "drain" -> DrainCommand.class;
      case "catalog" -> CatalogCommand.class;
      case "check" -> CheckCommand.class;
      case "error" -> ErrorCommand.class;
      case "bench" -> BenchCommand.class;
      case "demo" -> DemoCommand.class;
      default -> throw new IllegalArgumentException("noun: '" + noun + "'");
    };
  }

  /**
   * Runs what was parsed, and tells what went wrong. A class and no lambdas: those of an interface
   * as old as picocli's can't be archived, and making them takes a tenth of a short verb's time.
   */
  private record Execution(Output output, GlobalOptions globals)
      implements IExecutionStrategy, IParameterExceptionHandler, IExecutionExceptionHandler {
    @Override
    public int execute(ParseResult parsed) {
      output.use(globals.format, globals.verbose);
      return new RunLast().execute(parsed);
    }

    @Override
    public int handleParseException(ParameterException e, String[] args) {
      output.use(globals.format, globals.verbose);
      StringBuilder next = new StringBuilder();
      if (e instanceof UnmatchedArgumentException unmatched
          && !unmatched.getSuggestions().isEmpty()) {
        next.append("Did you mean ")
            .append(String.join(" or ", unmatched.getSuggestions()))
            .append("? ");
      }
      String name = e.getCommandLine().getCommandSpec().qualifiedName();
      next.append("See '").append(name).append(" --help'.");
      return tell(Problem.usage(String.valueOf(e.getMessage()), next.toString()));
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
      if (e instanceof Problem problem) {
        return tell(problem);
      }
      if (e instanceof ParleyException refused) {
        return tell(Problem.of(refused));
      }
      if (e instanceof InterruptedException) {
        output.note("Interrupted.");
        return ExitCode.INTERRUPTED;
      }
      return tell(
          new Problem(
              ExitCode.INTERNAL,
              "INTERNAL",
              "a defect in this command: " + e,
              globals.verbose ? "Please report it." : "Please report it, with --verbose's output.",
              e));
    }

    private int tell(Problem problem) {
      output.problem(problem, more(problem));
      return problem.exitCode();
    }

    /** A wrong command line is explained by --help, and what a newer broker says by itself. */
    private static @Nullable String more(Problem problem) {
      boolean hasPage = problem.exitCode() != ExitCode.USAGE && ErrorPages.isKnown(problem.code());
      return hasPage ? "parley error " + problem.code() : null;
    }
  }

  /** Of this build. */
  static String version() {
    @Nullable String version = ParleyCli.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }

  /** Gives verbs the context their constructor asks for. */
  private record ContextFactory(CliContext context) implements IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      try {
        return type.getDeclaredConstructor(CliContext.class).newInstance(context);
      } catch (NoSuchMethodException e) {
        return CommandLine.defaultFactory().create(type);
      }
    }
  }

  /** What {@code --version} says. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {
        "parley "
            + ParleyCli.version()
            + ", protocol "
            + ProtocolVersion.NEWEST
            + ", Java "
            + System.getProperty("java.version")
      };
    }
  }
}
