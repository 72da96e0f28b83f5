package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Output;
import io.parley.cli.console.Problem;
import io.parley.examples.retail.RetailFile;
import io.parley.examples.retail.RetailFormatException;
import io.parley.examples.retail.demo.BrokerFailedException;
import io.parley.examples.retail.demo.Demo;
import io.parley.examples.retail.demo.Report;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code parley demo}. */
@Command(
    name = "demo",
    description = {
      "See it work: real retail data through a broker that is killed on the way.",
      "",
      "Starts a broker of its own in a temporary directory. A shop front sends each row of the data",
      "as a command; instances of a cart service compete for them; billing, stock and analytics",
      "build their views from events; queries are asked meanwhile. Half-way the broker gets SIGKILL",
      "and is started again, and a cart instance crashes in the middle of its leases. Then every",
      "outcome, event and sum is compared with the data. Exits 0 only if all of it is exact, else 1.",
      "At the end it shows how an operator asks: a trace, an explanation, and a dead letter that is",
      "given back once its cause is gone."
    },
    footer = {
      "",
      "The data is a day of UCI Online Retail (Chen, D., 2015), CC BY 4.0, doi.org/10.24432/C5BW33.",
      "",
      "Examples:",
      "  parley demo",
      "  parley demo --data 2011-12-09.csv --instances 8",
      "  parley demo -o json | jq .commands"
    })
final class DemoCommand implements Callable<Integer> {
  private final CliContext context;

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = "A CSV file of that data set, a day or more; the packaged day if left out.")
  private @Nullable Path data;

  @Option(
      names = "--instances",
      paramLabel = "N",
      description = "Instances of the cart service, 1 to 100; 3.")
  private int instances = 3;

  @Option(names = "--no-kill", description = "Let the broker live. A cart instance still crashes.")
  private boolean noKill;

  DemoCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    Demo.Settings settings =
        Arguments.checked(
            () -> new Demo.Settings(brokerCommand(), retailFile(), instances, !noKill));
    Report report =
        run(new Demo(settings, new Narration(context.output()), new DemoTour(context.output())));
    if (context.output().isJson()) {
      context.output().line(report.toJson());
    } else {
      context.output().lines(report.toLines());
    }
    return report.reconciled() ? ExitCode.OK : ExitCode.NO;
  }

  private static Report run(Demo demo) throws InterruptedException {
    try {
      return demo.run();
    } catch (BrokerFailedException e) {
      throw new Problem(
          ExitCode.UNAVAILABLE,
          "BROKER_FAILED",
          String.valueOf(e.getMessage()),
          "See its log above. 'parley server --data DIR' starts one by hand.",
          e);
    } catch (IOException e) {
      throw new Problem(
          ExitCode.IO, "IO", "the demo can't go on: " + e, "Is the disk full? See TMPDIR.", e);
    }
  }

  private RetailFile retailFile() {
    Path file = data;
    try {
      return file == null ? RetailFile.packaged() : RetailFile.at(file);
    } catch (NoSuchFileException e) {
      throw new Problem(
          ExitCode.NOT_FOUND,
          "NO_SUCH_FILE",
          "data: '" + file + "' (expected: a file that exists)",
          "Leave --data out for the packaged day.",
          e);
    } catch (RetailFormatException e) {
      throw new Problem(
          ExitCode.DATA,
          "INVALID_DATA",
          "data: " + e.getMessage(),
          "Any CSV file of the data set will do: doi.org/10.24432/C5BW33",
          e);
    } catch (IOException | UncheckedIOException e) {
      throw new Problem(ExitCode.IO, "IO", "data: can't be read: " + e, null, e);
    }
  }

  /** This very program, on this very Java, as the broker. */
  private static List<String> brokerCommand() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (option.startsWith("-X") || option.startsWith("--")) {
        command.add(option);
      }
    }
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(ParleyCli.class.getName());
    command.add("server");
    return command;
  }

  private record Narration(Output output) implements Demo.Narrator {
    @Override
    public void tell(String line) {
      output.note(line);
    }

    @Override
    public void progress(String line) {
      output.progress(line);
    }
  }
}
