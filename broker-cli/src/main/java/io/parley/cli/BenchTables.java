package io.parley.cli;

import io.parley.cli.console.Details;
import io.parley.cli.console.Output;
import io.parley.cli.console.Table;
import io.parley.cli.console.Text;
import io.parley.load.broker.Kind;
import io.parley.load.broker.Traffic;
import io.parley.load.machine.Usage;
import io.parley.load.report.BacklogReport;
import io.parley.load.report.Cost;
import io.parley.load.report.Latencies;
import io.parley.load.report.LoadReport;
import io.parley.load.report.TrafficReport;
import io.parley.load.report.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A report of load as tables. */
final class BenchTables {
  private static final String NONE = "–";

  private BenchTables() {}

  static void print(LoadReport report, Output output) {
    output.line(report.workload().name() + ": " + report.workload().description());
    for (TrafficReport traffic : report.traffic()) {
      output.line("");
      printTraffic(traffic, output);
    }
    BacklogReport backlog = report.backlog();
    if (backlog != null) {
      output.line("");
      output.lines(backlog(backlog).lines());
    }
    if (!report.costs().isEmpty()) {
      output.line("");
      output.lines(costs(report.costs()).lines(output.width()));
    }
    output.line("");
    output.line(Verdict.of(report).text());
  }

  // ---- traffic

  private static void printTraffic(TrafficReport report, Output output) {
    Traffic traffic = report.traffic();
    output.line(kind(traffic) + ": " + load(traffic));
    Table table = Table.of("", ">A SECOND", ">PAYLOAD/S", ">P50", ">P90", ">P99", ">P99.9", ">MAX");
    boolean queries = traffic.kind() == Kind.QUERIES;
    row(
        table,
        queries ? "answered" : "confirmed",
        report.confirmedPerSecond(),
        traffic.sizeBytes(),
        report.confirm());
    if (traffic.consumers() > 0) {
      row(
          table,
          queries ? "handled" : "received",
          report.receivedPerSecond(),
          traffic.sizeBytes(),
          report.endToEnd());
    }
    Latencies lateness = report.lateness();
    if (lateness != null) {
      row(table, "sent late by", -1, 0, lateness);
    }
    output.lines(table.lines(output.width()));
    output.lines(counts(report).lines());
  }

  private static String kind(Traffic traffic) {
    String name = traffic.kind().name();
    return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
  }

  /** In words: what goes in, through what, to whom. */
  static String load(Traffic traffic) {
    List<String> parts = new ArrayList<>();
    boolean queries = traffic.kind() == Kind.QUERIES;
    parts.add(Text.counted(traffic.producers(), queries ? "asker" : "producer"));
    parts.add(
        traffic.isPaced()
            ? Text.count(Math.round(traffic.perSecond())) + "/s whatever happens"
            : "window " + Text.count(traffic.window()));
    parts.add(Text.bytes(traffic.sizeBytes()));
    if (traffic.queues() > 1) {
      parts.add(Text.counted(traffic.queues(), "queue"));
    }
    if (traffic.keys() > 0) {
      parts.add(Text.counted(traffic.keys(), "ordering key"));
    }
    switch (traffic.kind()) {
      case COMMANDS -> parts.add(Text.counted(traffic.consumers(), "consumer"));
      case EVENTS -> {
        parts.add(Text.counted(traffic.subscriptions(), "subscription"));
        if (traffic.consumers() > 1) {
          parts.add(Text.counted(traffic.consumers(), "subscriber") + " each");
        }
      }
      case QUERIES -> {
        parts.add("answers of " + Text.bytes(traffic.answerBytes()));
        parts.add(Text.counted(traffic.consumers(), "responder"));
      }
    }
    parts.add((queries ? "concurrency " : "credit ") + Text.count(traffic.credit()));
    return String.join(", ", parts);
  }

  private static void row(
      Table table, String what, double perSecond, int sizeBytes, Latencies latencies) {
    table.row(
        what,
        perSecond < 0 ? NONE : Text.count(Math.round(perSecond)),
        perSecond < 0 ? NONE : Text.bytes(Math.round(perSecond * sizeBytes)),
        time(latencies, latencies.p50()),
        time(latencies, latencies.p90()),
        time(latencies, latencies.p99()),
        time(latencies, latencies.p999()),
        time(latencies, latencies.max()));
  }

  private static String time(Latencies latencies, long nanos) {
    return latencies.count() == 0 ? NONE : Text.nanos(nanos);
  }

  /** The counts of the whole run; those that should be 0 only where they aren't. */
  private static Details counts(TrafficReport report) {
    boolean queries = report.traffic().kind() == Kind.QUERIES;
    Details counts = new Details();
    String became =
        Text.count(report.sent())
            + (queries ? " asked, " : " sent, ")
            + Text.count(report.confirmed())
            + (queries ? " answered, " : " confirmed, ")
            + Text.count(report.received())
            + (queries ? " handled" : " received");
    String checked =
        queries
            ? ""
            : report.traffic().consumers() == 0
                ? " (nobody to receive them)"
                : ", "
                    + Text.count(report.missingCount())
                    + " missing, "
                    + Text.counted(report.duplicates(), "duplicate");
    counts.add("in all", became + checked);
    addUnlessZero(counts, "of the duplicates", report.redelivered(), "marked as redelivered");
    addUnlessZero(counts, "out of order", report.outOfOrder(), "after a later one of their key");
    addUnlessZero(counts, "damaged", report.damaged(), "with another body or from another queue");
    addUnlessZero(counts, "wrong answers", report.wrongAnswers(), "to another question");
    addUnlessZero(counts, "in doubt", report.unconfirmed(), "neither confirmed nor refused");
    addUnlessZero(counts, "not sent", report.unsent(), "due before the end: the rate is too high");
    addUnlessZero(counts, "leftovers", report.leftovers(), "of an earlier run, not counted");
    report
        .failures()
        .forEach((code, count) -> counts.add("refused", Text.count(count) + " " + code));
    return counts;
  }

  private static void addUnlessZero(Details counts, String name, long count, String meaning) {
    if (count > 0) {
      counts.add(name, Text.count(count) + " " + meaning);
    }
  }

  // ---- the rest

  private static Details backlog(BacklogReport backlog) {
    Details details =
        new Details()
            .add(
                "Filled", rate(backlog.messages(), backlog.fillSeconds(), backlog.fillPerSecond()));
    BacklogReport.Between between = backlog.between();
    if (between != null) {
      details.add("Between", between.command() + ", " + seconds(between.seconds()));
    }
    return details
        .add("First delivery", "after " + seconds(backlog.firstDeliverySeconds()))
        .add("Drained", rate(backlog.messages(), backlog.drainSeconds(), backlog.drainPerSecond()));
  }

  private static String rate(long messages, double seconds, double perSecond) {
    return Text.count(messages)
        + " in "
        + seconds(seconds)
        + ", "
        + Text.count(Math.round(perSecond))
        + "/s";
  }

  private static String seconds(double seconds) {
    return Text.nanos(Math.round(seconds * 1e9));
  }

  private static Table costs(List<Cost> costs) {
    Table table =
        Table.of(
            "COST", ">CPU/1,000", ">CORES", ">WRITTEN/PAYLOAD", ">FLUSHES/S", ">RESIDENT", "DISK");
    for (Cost cost : costs) {
      String of = costs.size() > 1 ? ", " + cost.phase().name().toLowerCase(Locale.ROOT) : "";
      Usage.BrokerUsage broker = cost.usage().broker();
      if (broker != null) {
        table.row(
            "broker" + of,
            cpu(cost.brokerCpuSecondsPer1000()),
            decimal(cost.brokerCores()),
            cost.storedBytes() == 0 ? NONE : decimal(cost.writtenPerPayloadByte()),
            cost.flushesPerSecond() < 0 ? NONE : Text.count(Math.round(cost.flushesPerSecond())),
            Text.bytes(broker.rssBytes()),
            broker.disk());
      }
      table.row(
          "load" + of,
          cpu(cost.clientCpuSecondsPer1000()),
          decimal(cost.clientCores()),
          NONE,
          NONE,
          NONE,
          "");
      table.row(
          broker == null ? "others, broker" + of : "others" + of,
          NONE,
          decimal(cost.otherCores()),
          NONE,
          NONE,
          NONE,
          "");
    }
    return table;
  }

  private static String cpu(double secondsPer1000) {
    return String.format(Locale.ROOT, "%.2f ms", secondsPer1000 * 1000);
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
