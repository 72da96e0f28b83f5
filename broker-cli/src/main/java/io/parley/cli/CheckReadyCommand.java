package io.parley.cli;

import io.parley.cli.admin.AdminApi;
import io.parley.cli.admin.AdminApi.Readiness;
import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Output;
import io.parley.cli.console.Problem;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code parley check ready}. */
@Command(
    name = "ready",
    description = "Exit 0 if the broker accepts durable writes, 69 if it doesn't or isn't there.",
    footer = {
      "",
      "Examples:",
      "  parley check ready",
      "  parley check ready --wait 30s && parley command send shop.AddItem '{}'"
    })
final class CheckReadyCommand implements Callable<Integer> {
  private static final long ASK_AGAIN_MS = 100;

  private final CliContext context;

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      description = "Keep asking this long before giving up.")
  private Duration wait = Duration.ZERO;

  CheckReadyCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    Output output = context.output();
    String admin = context.adminAddress().url();
    waitUntilReady(context.admin(), System.nanoTime() + wait.toNanos());
    if (output.isJson()) {
      Map<String, @Nullable Object> result = new LinkedHashMap<>();
      result.put("ready", true);
      result.put("admin", admin);
      output.json(result);
    } else {
      output.line("ready: " + admin);
    }
    return ExitCode.OK;
  }

  private void waitUntilReady(AdminApi admin, long deadlineNanos) throws InterruptedException {
    while (true) {
      Problem problem;
      try {
        Readiness readiness = admin.readiness();
        if (readiness.isReady()) {
          return;
        }
        problem =
            new Problem(
                ExitCode.UNAVAILABLE,
                "NOT_READY",
                "the broker at "
                    + context.adminAddress().url()
                    + " accepts no writes: "
                    + readiness.reason(),
                "It may be starting or stopping, or its disk is full; see its log.");
      } catch (Problem e) {
        problem = e;
      }
      if (problem.exitCode() != ExitCode.UNAVAILABLE && problem.exitCode() != ExitCode.TEMPORARY) {
        throw problem;
      }
      if (System.nanoTime() - deadlineNanos >= 0) {
        throw problem;
      }
      context.output().progress("waiting: " + problem.message());
      TimeUnit.MILLISECONDS.sleep(ASK_AGAIN_MS);
    }
  }
}
