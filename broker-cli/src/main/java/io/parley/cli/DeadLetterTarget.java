package io.parley.cli;

import io.parley.cli.admin.AdminApi;
import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Output;
import io.parley.cli.console.Problem;
import io.parley.cli.console.Text;
import io.parley.protocol.model.MessageId;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which dead letters are meant, and whether they are really to be touched. */
final class DeadLetterTarget {
  /** The broker looks at so many when it counts them. */
  private static final int COUNTED_MAX = 1_000_000;

  @Parameters(paramLabel = "DESTINATION", description = "Their queue or subscription.")
  String destination = "";

  @Option(names = "--id", paramLabel = "ID", description = "Only the message with this id.")
  @Nullable String id;

  @Option(names = "--all", description = "All of the destination's.")
  boolean all;

  @Option(
      names = "--error-class",
      paramLabel = "CLASS",
      description = "Only those whose last failure has this class.")
  @Nullable String errorClass;

  @Option(names = "--type", paramLabel = "TYPE", description = "Only messages of this type.")
  @Nullable String type;

  @Option(names = "--dry-run", description = "Only say what would be done.")
  boolean dryRun;

  @Option(names = "--yes", description = "Don't ask.")
  boolean yes;

  /**
   * Redrives or drops them, once everything is clear.
   *
   * @param action the API's name for it
   * @param done the answer's field with their number
   * @param ask whether somebody has to agree
   * @param perSecond most of them in a second; 0 for as fast as it goes
   */
  int apply(CliContext context, String action, String done, boolean ask, int perSecond) {
    check();
    Output output = context.output();
    AdminApi admin = context.admin();
    if (dryRun || (ask && !yes)) {
      long meant = id == null ? there(admin, destination, errorClass, type) : one(admin, id);
      String which = meant >= COUNTED_MAX ? "at least " : "";
      String what = which + Text.counted(meant, "dead letter") + " of '" + destination;
      if (dryRun) {
        tell(output, true, done, meant, "Would " + action + " " + what + "'.");
        return ExitCode.OK;
      }
      if (!output.confirm("Really " + action + " " + what + "'?")) {
        output.note("Nothing done.");
        return ExitCode.NO;
      }
    }
    Map<String, @Nullable Object> request = new LinkedHashMap<>();
    request.put("destination", destination);
    put(request, "id", id);
    put(request, "errorClass", errorClass);
    put(request, "type", type);
    long count =
        perSecond == 0
            ? admin.post("/dead-letters/" + action, request).number(done)
            : slowly(context, action, done, request, perSecond);
    String verb = done.substring(0, 1).toUpperCase(Locale.ROOT) + done.substring(1);
    tell(output, false, done, count, verb + " " + Text.counted(count, "dead letter") + ".");
    return ExitCode.OK;
  }

  private static void put(
      Map<String, @Nullable Object> request, String name, @Nullable String value) {
    if (value != null) {
      request.put(name, value);
    }
  }

  /** So many a second, until there are no more. */
  private static long slowly(
      CliContext context,
      String action,
      String done,
      Map<String, @Nullable Object> request,
      int perSecond) {
    request.put("max", String.valueOf(perSecond));
    long there =
        there(
            context.admin(),
            String.valueOf(request.get("destination")),
            request.get("errorClass"),
            request.get("type")); // those that fail again meanwhile are others
    long count = 0;
    long next = System.nanoTime();
    while (true) {
      long now = context.admin().post("/dead-letters/" + action, request).number(done);
      count += now;
      if (now < perSecond || count >= there) {
        return count;
      }
      context.output().progress(Text.counted(count, "dead letter") + " " + done + " …");
      next += TimeUnit.SECONDS.toNanos(1);
      LockSupport.parkNanos(next - System.nanoTime());
    }
  }

  /** Whether it is there: 1 or 0. */
  private long one(AdminApi admin, String letter) {
    return admin
        .get(
            "/dead-letters?destination="
                + AdminApi.escaped(destination)
                + "&id="
                + AdminApi.escaped(letter)
                + "&limit=1")
        .objects("deadLetters")
        .size();
  }

  /** How many are meant, counted by the broker. */
  private static long there(
      AdminApi admin, String destination, @Nullable Object errorClass, @Nullable Object type) {
    return admin
        .get("/dead-letters/groups?destination=" + AdminApi.escaped(destination))
        .objects("groups")
        .stream()
        .filter(group -> isMeant(errorClass, group.text("errorClass")))
        .filter(group -> isMeant(type, group.text("type")))
        .mapToLong(group -> group.number("count"))
        .sum();
  }

  private static boolean isMeant(@Nullable Object wanted, String is) {
    return wanted == null || wanted.equals(is);
  }

  private static void tell(
      Output output, boolean dryRun, String done, long count, String sentence) {
    if (output.isJson()) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put(done, count);
      result.put("dryRun", dryRun);
      output.json(result);
    } else {
      output.line(sentence);
    }
  }

  /** Checks that it's clear what is meant. */
  private void check() {
    Arguments.requireName("destination", destination);
    boolean some = errorClass != null || type != null;
    if ((id != null) == (some || all)) {
      throw Problem.usage(
          "which dead letters of '"
              + destination
              + "' are meant? (expected: --id ID, --error-class CLASS, --type TYPE or --all)",
          "List them with 'parley dead-letter list " + destination + "'.");
    }
    if (id != null) {
      String given = id;
      id = Arguments.checked(() -> MessageId.parse(given)).toString();
    }
  }
}
