package io.parley.cli;

import io.parley.cli.console.Details;
import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Output;
import io.parley.cli.console.Problem;
import io.parley.cli.console.Table;
import io.parley.cli.console.Text;
import io.parley.server.config.NearestName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code parley error}. */
@Command(
    name = "error",
    description = {
      "Explain an error code: what it means, what was probably wrong, what to do, and whether to try",
      "again. Without a code, list all of them.",
      "",
      "Codes are those of the broker, the clients and this command, and those Parley has for",
      "rejections and dead letters."
    },
    footer = {
      "",
      "Examples:",
      "  parley error",
      "  parley error LEASE_LOST",
      "  parley error 401                      its number on the wire",
      "  parley error -o json | jq -r '.errors[] | select(.again | startswith(\"yes\")) | .code'"
    })
final class ErrorCommand implements Callable<Integer> {
  /** Columns of the longest label and the gap behind it. */
  private static final int LABELS = 10;

  private static final String NO_NUMBER = "-";

  private final CliContext context;

  @Parameters(
      arity = "0..1",
      paramLabel = "CODE",
      description = "The code, or its number; all codes if there is none.")
  private @Nullable String code;

  ErrorCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    ErrorPages pages = ErrorPages.load();
    if (code == null) {
      list(pages);
    } else {
      show(find(pages, code));
    }
    return ExitCode.OK;
  }

  private void list(ErrorPages pages) {
    Output output = context.output();
    if (output.isJson()) {
      output.json(Map.of("errors", pages.all().values().stream().map(ErrorPage::json).toList()));
      return;
    }
    Table table = Table.of("CODE", "NUMBER", "AGAIN", "~MEANS");
    for (ErrorPage page : pages.all().values()) {
      table.row(
          page.code(),
          page.number() == null ? NO_NUMBER : page.number().toString(),
          page.mayBeTriedAgain() ? "yes" : "no",
          page.summary());
    }
    output.table(table, "No codes.");
  }

  private static ErrorPage find(ErrorPages pages, String typed) {
    ErrorPage page = pages.find(typed);
    if (page == null) {
      throw Problem.usage(
          "error code: '"
              + typed
              + "' has no page (the nearest known one is "
              + NearestName.of(ErrorPages.canonical(typed), pages.all().keySet())
              + ")",
          "'parley error' lists all. Codes of your own services, and of newer brokers, aren't here.");
    }
    return page;
  }

  private void show(ErrorPage page) {
    Output output = context.output();
    if (output.isJson()) {
      output.json(page.json());
      return;
    }
    int width = output.width();
    List<String> lines = new ArrayList<>();
    lines.add(page.code() + (page.number() == null ? "" : " (" + page.number() + ")"));
    lines.add("");
    lines.addAll(Text.wrapped(page.means(), width));
    lines.add("");
    lines.addAll(
        new Details()
            .addAll("Probably", Text.wrapped(page.probably(), width - LABELS))
            .addAll("Do", Text.wrapped(page.todo(), width - LABELS))
            .addAll("Again", Text.wrapped(page.again(), width - LABELS))
            .addAll("Example", Text.wrapped(page.example(), width - LABELS))
            .lines());
    output.lines(lines);
  }
}
