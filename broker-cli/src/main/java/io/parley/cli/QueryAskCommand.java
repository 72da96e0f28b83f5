package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Output;
import io.parley.cli.console.Problem;
import io.parley.cli.console.Text;
import io.parley.client.Answer;
import io.parley.client.Pages;
import io.parley.client.ParleyClient;
import io.parley.client.Query;
import io.parley.client.QueryException;
import io.parley.protocol.model.Payload;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code parley query ask}. */
@Command(
    name = "ask",
    description = {
      "Ask a query and print the answer's body.",
      "",
      "With --pages the answer comes page by page, each printed as it comes. A page may have a cursor,",
      "told on the error output or as 'cursor' in JSON: --from begins behind that page.",
      "",
      "Exits 0 for status 200, 65 for 400, 77 for 401 and 403, 66 for 404, 75 for 408 and 429, and",
      "69 for 503, which comes at once if nobody answers the type."
    },
    footer = {
      "",
      "Examples:",
      "  parley query ask shop.cart.GetCart '{\"cart\":\"536365\"}'",
      "  parley query ask shop.cart.FindCarts --filter country=France --page 0 --page-size 20",
      "  parley query ask shop.cart.FindCarts -o json | jq .total",
      "  parley query ask shop.cart.ExportCarts --pages --deadline 5m"
    })
final class QueryAskCommand implements Callable<Integer> {
  private final CliContext context;

  @Mixin private final BodyOptions content = new BodyOptions();

  @Option(names = "--filter", paramLabel = "NAME=VALUE", description = "A filter; may be repeated.")
  private final Map<String, String> filters = new LinkedHashMap<>();

  @Option(names = "--page", paramLabel = "N", description = "The page wanted, from 0.")
  private int page;

  @Option(
      names = "--page-size",
      paramLabel = "N",
      description = "Most items wanted; the responder's choice if left out.")
  private int pageSize;

  @Option(names = "--pages", description = "All pages of an answer that comes page by page.")
  private boolean pages;

  @Option(
      names = "--from",
      paramLabel = "CURSOR",
      description = "With --pages: begin behind the page that had this cursor.")
  private String from = "";

  @Option(
      names = "--deadline",
      paramLabel = "TIME",
      description = "How long to wait; 10s if left out.")
  private Duration deadline = Query.DEFAULT_DEADLINE;

  QueryAskCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Query<Payload> query = query();
    try (ParleyClient client = Clients.connect(context, "")) {
      if (pages) {
        tellAll(Arguments.checked(() -> client.askPages(query)));
      } else {
        tell(Arguments.checked(() -> client.ask(query)));
      }
      return ExitCode.OK;
    } catch (QueryException e) {
      throw new Problem(
          exitCodeOf(e.status()),
          e.code().name(),
          e.status() + " " + e.getMessage(),
          e.code().help(),
          e);
    }
  }

  private Query<Payload> query() {
    Arguments.requireWithin("--page", page, 0, Integer.MAX_VALUE);
    Arguments.requireWithin("--page-size", pageSize, 0, Integer.MAX_VALUE);
    Query<Payload> query =
        Query.of(content.type, content.payload(context.output().stdin()), Payload.class)
            .page(page)
            .pageSize(pageSize);
    filters.forEach(query::filter);
    if (pages && page != 0) {
      throw Problem.usage("--page: " + page + " (expected: --from, with --pages)", null);
    }
    if (!pages && !from.isEmpty()) {
      throw Problem.usage("--from: '" + from + "' (expected: with --pages)", null);
    }
    Arguments.checked(() -> query.from(from));
    return Arguments.checked(() -> query.deadline(deadline));
  }

  private static int exitCodeOf(int status) {
    return switch (status) {
      case 400 -> ExitCode.DATA;
      case 401, 403 -> ExitCode.PERMISSION;
      case 404 -> ExitCode.NOT_FOUND;
      case 408, 429 -> ExitCode.TEMPORARY;
      case 503 -> ExitCode.UNAVAILABLE;
      default -> ExitCode.NO;
    };
  }

  private void tell(Answer<Payload> answer) {
    Output output = context.output();
    Payload payload = answer.body();
    if (!output.isJson()) {
      output.bytes(payload.bytes());
      if (answer.pageSize() > 0) {
        output.note(pageNote(answer));
      }
      return;
    }
    Map<String, @Nullable Object> result = new LinkedHashMap<>();
    result.put("status", answer.status());
    result.put("page", answer.page());
    result.put("pageSize", answer.pageSize());
    result.put("total", answer.total() == Answer.TOTAL_UNKNOWN ? null : answer.total());
    result.put("contentType", payload.contentType());
    Bytes.putBody(result, payload.bytes());
    output.json(result);
  }

  private void tellAll(Pages<Payload> answer) {
    Output output = context.output();
    try (answer) {
      for (Payload page : answer) {
        if (!output.isJson()) {
          output.bytes(ended(page.bytes()));
          if (!answer.cursor().isEmpty()) {
            output.note("Goes on with --from " + answer.cursor());
          }
          continue;
        }
        Map<String, @Nullable Object> result = new LinkedHashMap<>();
        result.put("cursor", answer.cursor().isEmpty() ? null : answer.cursor());
        result.put("contentType", page.contentType());
        Bytes.putBody(result, page.bytes());
        output.json(result);
      }
    }
  }

  /** With a line end, as the next page follows. */
  private static byte[] ended(byte[] page) {
    if (page.length > 0 && page[page.length - 1] == '\n') {
      return page;
    }
    byte[] ended = Arrays.copyOf(page, page.length + 1);
    ended[page.length] = '\n';
    return ended;
  }

  private static String pageNote(Answer<Payload> answer) {
    String note = "Page " + answer.page() + ", at most " + answer.pageSize() + " items";
    return note
        + (answer.total() == Answer.TOTAL_UNKNOWN
            ? "."
            : " of " + Text.count(answer.total()) + ".");
  }
}
