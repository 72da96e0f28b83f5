package io.parley.examples.retail.demo;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.parley.examples.retail.demo.Reconciliation.Mismatch;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the demo saw, for people and for programs.
 *
 * @param file what was read
 * @param tookMs wall-clock time of everything
 * @param checks comparisons made
 * @param mismatches the first of those that failed
 * @param mismatchCount all of them
 */
public record Report(
    File file,
    long tookMs,
    Commands commands,
    List<Inbox> inboxes,
    Map<String, Long> queries,
    Broker broker,
    List<Revenue> revenue,
    long checks,
    List<Mismatch> mismatches,
    long mismatchCount) {

  /** A retail file. */
  public record File(String name, long rows, int invoices) {}

  /**
   * What became of the commands.
   *
   * @param sent by the shop front
   * @param completed as the broker tells it, asked by id
   * @param rejected the same, by code of the rejection
   * @param unsettled the same, by any other status; nothing, if all is well
   * @param redelivered commands that came again after they had changed their cart, or too late
   * @param settlesRefused settlements by the code of their refusal
   */
  public record Commands(
      long sent,
      long completed,
      Map<String, Long> rejected,
      Map<String, Long> unsettled,
      long redelivered,
      Map<String, Long> settlesRefused) {}

  /**
   * A subscriber's inbox.
   *
   * @param events taken in, each once
   * @param duplicatesSuppressed those that came again
   */
  public record Inbox(String subscriber, long events, long duplicatesSuppressed) {}

  /**
   * The broker's fate.
   *
   * @param kills how often it got SIGKILL
   * @param downMs from that to accepting durable writes again
   * @param cartInstancesCrashed instances of the cart service cut off in the middle of their leases
   */
  public record Broker(int kills, long downMs, int cartInstancesCrashed) {}

  /** Pounds of one country. */
  public record Revenue(String country, @Nullable BigDecimal file, @Nullable BigDecimal analytics) {
    /** Whether both are the same, to the last digit. */
    @JsonProperty("agrees")
    public boolean agrees() {
      return file != null && analytics != null && file.compareTo(analytics) == 0;
    }
  }

  /** Copies the collections. */
  public Report {
    inboxes = List.copyOf(inboxes);
    queries = Map.copyOf(queries);
    revenue = List.copyOf(revenue);
    mismatches = List.copyOf(mismatches);
  }

  /** Whether everything is exactly as the file says. */
  @JsonProperty("reconciled")
  public boolean reconciled() {
    return mismatchCount == 0;
  }

  /** The report as one JSON object. */
  public String toJson() {
    try {
      return new ObjectMapper()
          .configure(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN, true)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a report that can't be written as JSON", e);
    }
  }

  /** The report as lines of text. */
  public List<String> toLines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        format(
            "%s: %,d rows, %,d invoices, in %.1f s",
            file.name(), file.rows(), file.invoices(), tookMs / 1000.0));
    lines.add("");
    lines.add("Commands");
    lines.add(line("sent", commands.sent()));
    lines.add(line("completed", commands.completed()));
    commands.rejected().forEach((code, n) -> lines.add(line("rejected " + code, n)));
    commands.unsettled().forEach((status, n) -> lines.add(line("not settled: " + status, n)));
    lines.add(line("redelivered", commands.redelivered()));
    commands.settlesRefused().forEach((code, n) -> lines.add(line("settles refused: " + code, n)));
    lines.add("");
    lines.add(format("  %-28s %12s %12s", "Inbox", "events", "suppressed"));
    for (Inbox inbox : inboxes) {
      lines.add(
          format(
              "  %-28s %,12d %,12d",
              inbox.subscriber(), inbox.events(), inbox.duplicatesSuppressed()));
    }
    lines.add("");
    lines.add("Queries by status");
    new TreeMap<>(queries).forEach((status, n) -> lines.add(line(status, n)));
    lines.add("");
    lines.add("Broken on purpose");
    lines.add(line("broker killed", broker.kills()));
    lines.add(line("  ms until ready again", broker.downMs()));
    lines.add(line("cart instances crashed", broker.cartInstancesCrashed()));
    lines.add("");
    lines.add(format("  %-28s %16s %16s", "Revenue in pounds", "from the file", "by analytics"));
    for (Revenue country : revenue) {
      lines.add(
          format(
              "  %-28s %16s %16s%s",
              country.country(),
              pounds(country.file()),
              pounds(country.analytics()),
              country.agrees() ? "" : "  DIFFERENT"));
    }
    lines.add("");
    if (reconciled()) {
      lines.add(format("Everything reconciles: %,d checks, no mismatch.", checks));
    } else {
      lines.add(format("%,d of %,d checks failed:", mismatchCount, checks));
      for (Mismatch mismatch : mismatches) {
        lines.add(
            format(
                "  %s: %s (expected: %s)", mismatch.what(), mismatch.found(), mismatch.expected()));
      }
      if (mismatchCount > mismatches.size()) {
        lines.add(format("  … and %,d more", mismatchCount - mismatches.size()));
      }
    }
    return lines;
  }

  private static String line(String what, long count) {
    return format("  %-28s %,12d", what, count);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** At least two decimals, more only where the data has more. */
  private static String pounds(@Nullable BigDecimal amount) {
    if (amount == null) {
      return "none";
    }
    BigDecimal shortest = amount.stripTrailingZeros();
    return format(
        "%," + (shortest.scale() <= 2 ? ".2f" : "." + shortest.scale() + "f"),
        shortest.scale() < 2 ? shortest.setScale(2, RoundingMode.UNNECESSARY) : shortest);
  }
}
