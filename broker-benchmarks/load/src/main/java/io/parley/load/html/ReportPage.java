package io.parley.load.html;

import io.parley.load.broker.Kind;
import io.parley.load.broker.Traffic;
import io.parley.load.machine.MachineInfo;
import io.parley.load.machine.Usage;
import io.parley.load.report.BacklogReport;
import io.parley.load.report.Cost;
import io.parley.load.report.Latencies;
import io.parley.load.report.LoadReport;
import io.parley.load.report.Phase;
import io.parley.load.report.ReportJson;
import io.parley.load.report.Sample;
import io.parley.load.report.TrafficReport;
import io.parley.load.report.Verdict;
import io.parley.load.workload.Workload;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** A report as one HTML page. */
public final class ReportPage {
  private static final String NONE = "–";
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.ROOT);

  private final LoadReport report;
  private final Page page = new Page();

  private ReportPage(LoadReport report) {
    this.report = report;
  }

  /** The page's text; the report's JSON is in it too, for programs. */
  public static String of(LoadReport report) {
    return new ReportPage(report).build();
  }

  private String build() {
    addHead();
    addBacklog(report.backlog());
    for (TrafficReport traffic : report.traffic()) {
      addTraffic(traffic);
    }
    addCosts();
    addCircumstances();
    return page.page(report.workload().name() + " – load report", ReportJson.text(report));
  }

  // ---- the head

  private void addHead() {
    page.element("h1", "", report.workload().name());
    page.element("p", "lead", report.workload().description());
    page.element(
        "p",
        "facts",
        String.join(", ", report.target().values())
            + " · "
            + DATE.format(report.startedAt().atOffset(ZoneOffset.UTC))
            + " · measured for "
            + Figures.seconds(report.measuredSeconds()));
    Verdict verdict = Verdict.of(report);
    page.element("p", verdict.isCorrect() ? "verdict good" : "verdict bad", verdict.text());
  }

  private void addBacklog(@Nullable BacklogReport backlog) {
    if (backlog == null) {
      return;
    }
    page.html("<div class='tiles'>");
    addTile(Figures.count(backlog.messages()), "messages stored first");
    addTile(Figures.count(backlog.fillPerSecond()), "stored a second");
    addTile(Figures.count(backlog.drainPerSecond()), "drained a second");
    addTile(
        Figures.seconds(backlog.firstDeliverySeconds()),
        backlog.between() == null
            ? "to the first delivery"
            : "to the first delivery, all included");
    page.html("</div>");
    BacklogReport.Between between = backlog.between();
    if (between != null) {
      page.element(
          "p",
          "facts",
          "In between: " + between.command() + " (" + Figures.seconds(between.seconds()) + ")");
    }
  }

  private void addTile(String value, String what) {
    page.html("<div class='tile'>");
    page.element("div", "value", value).element("div", "what", what);
    page.html("</div>");
  }

  // ---- traffic

  private void addTraffic(TrafficReport traffic) {
    boolean queries = traffic.traffic().kind() == Kind.QUERIES;
    String kind = traffic.traffic().kind().name();
    page.element("h2", "", kind.charAt(0) + kind.substring(1).toLowerCase(Locale.ROOT));
    page.element("p", "load", load(traffic.traffic()));
    traffic
        .failures()
        .forEach(
            (code, count) ->
                page.element("p", "verdict fair", Figures.count(count) + " refused: " + code));
    if (traffic.unsent() > 0) {
      page.element(
          "p",
          "verdict fair",
          Figures.count(traffic.unsent()) + " due and not sent: the broker can't keep up");
    }
    page.html("<div class='tiles'>");
    if (report.backlog() == null) {
      addTile(
          Figures.count(traffic.confirmedPerSecond()),
          queries ? "answered a second" : "confirmed a second");
      if (traffic.traffic().consumers() > 0) {
        addTile(
            Figures.count(traffic.receivedPerSecond()),
            queries ? "handled a second" : "received a second");
      }
    }
    addTile(
        time(traffic.confirm(), traffic.confirm().p50()),
        (queries ? "answer" : "confirm") + ", median");
    addTile(
        time(traffic.confirm(), traffic.confirm().p99()),
        (queries ? "answer" : "confirm") + ", 99 %");
    if (report.backlog() == null && !queries) {
      addTile(time(traffic.endToEnd(), traffic.endToEnd().p50()), "end to end, median");
      addTile(time(traffic.endToEnd(), traffic.endToEnd().p99()), "end to end, 99 %");
    }
    page.html("</div>");
    addRates(traffic);
    addPercentiles(traffic);
    addLatenciesOverTime(traffic);
    addNumbers(traffic);
  }

  private static String load(Traffic traffic) {
    boolean queries = traffic.kind() == Kind.QUERIES;
    List<String> parts = new ArrayList<>();
    parts.add(counted(traffic.producers(), queries ? "asker" : "producer"));
    parts.add(
        traffic.isPaced()
            ? Figures.count(traffic.perSecond()) + " a second whatever happens"
            : "at most "
                + Figures.count(traffic.window())
                + (queries ? " unanswered" : " unconfirmed"));
    parts.add(Figures.bytes(traffic.sizeBytes()));
    if (traffic.queues() > 1) {
      parts.add(counted(traffic.queues(), "queue"));
    }
    if (traffic.keys() > 0) {
      parts.add(counted(traffic.keys(), "ordering key"));
    }
    parts.add(
        switch (traffic.kind()) {
          case COMMANDS -> counted(traffic.consumers(), "consumer");
          case EVENTS ->
              counted(traffic.subscriptions(), "subscription")
                  + " with "
                  + counted(traffic.consumers(), "subscriber");
          case QUERIES -> counted(traffic.consumers(), "responder");
        });
    parts.add((queries ? "concurrency " : "credit ") + Figures.count(traffic.credit()));
    return String.join(" · ", parts);
  }

  private static String counted(int number, String what) {
    return Figures.count(number) + " " + what + (number == 1 ? "" : "s");
  }

  private void addRates(TrafficReport traffic) {
    List<Sample> samples = traffic.samples();
    if (samples.isEmpty()) {
      return;
    }
    boolean queries = traffic.traffic().kind() == Kind.QUERIES;
    double end = samples.get(samples.size() - 1).toSeconds();
    double top =
        samples.stream()
            .mapToDouble(each -> Math.max(each.confirmedPerSecond(), each.receivedPerSecond()))
            .max()
            .orElse(1);
    Plot plot = new Plot(seconds(end), Scale.linear(top, Figures::brief));
    addPhases(plot, samples);
    // Nobody receives while a backlog is stored, and nobody sends while it is drained.
    List<Plot.Point> confirmed =
        overTime(without(Phase.DRAIN, samples), Sample::confirmedPerSecond, false);
    List<Plot.Point> received =
        overTime(without(Phase.FILL, samples), Sample::receivedPerSecond, false);
    plot.area("one", confirmed).curve("one", confirmed);
    if (traffic.traffic().consumers() > 0) {
      plot.curve("two", received);
    }
    for (Sample sample : samples) {
      plot.tell(
          sample.fromSeconds(),
          sample.toSeconds(),
          Figures.plain(Math.round(sample.toSeconds() * 10) / 10.0)
              + " s: "
              + Figures.count(sample.confirmedPerSecond())
              + (queries ? " answered/s, " : " confirmed/s, ")
              + Figures.count(sample.receivedPerSecond())
              + (queries ? " handled/s, " : " received/s, ")
              + Figures.count(sample.waiting())
              + " waiting");
    }
    addPlot(
        "Throughput over time, messages a second",
        plot,
        legend("one", queries ? "answered" : "confirmed")
            + (traffic.traffic().consumers() > 0
                ? legend("two", queries ? "handled" : "received")
                : ""));
  }

  private List<Sample> without(Phase phase, List<Sample> samples) {
    return report.backlog() == null
        ? samples
        : samples.stream().filter(sample -> sample.phase() != phase).toList();
  }

  private static Scale seconds(double end) {
    return Scale.linearTo(end, value -> Figures.plain(value) + " s");
  }

  /** Names the parts of the run; shades those that count. */
  private static void addPhases(Plot plot, List<Sample> samples) {
    int from = 0;
    for (int i = 1; i <= samples.size(); i++) {
      Phase phase = samples.get(from).phase();
      if (i == samples.size() || samples.get(i).phase() != phase) {
        if (phase == Phase.MEASURE || phase == Phase.FILL) {
          plot.band(
              samples.get(from).fromSeconds(),
              samples.get(i - 1).toSeconds(),
              phase == Phase.MEASURE ? "measured" : "filling");
        }
        from = i;
      }
    }
  }

  private static List<Plot.Point> overTime(
      List<Sample> samples, ToDoubleFunction<Sample> value, boolean timed) {
    List<Plot.Point> points = new ArrayList<>();
    for (Sample sample : samples) {
      double at = value.applyAsDouble(sample);
      if (!timed || at > 0) {
        points.add(new Plot.Point((sample.fromSeconds() + sample.toSeconds()) / 2, at, ""));
      }
    }
    return points;
  }

  private void addPercentiles(TrafficReport traffic) {
    Latencies lateness = traffic.lateness();
    List<Latencies> all = new ArrayList<>(List.of(traffic.confirm(), traffic.endToEnd()));
    if (lateness != null) {
      all.add(lateness);
    }
    all.removeIf(each -> each.count() == 0);
    if (all.isEmpty()) {
      return;
    }
    long count = all.stream().mapToLong(Latencies::count).max().orElse(1);
    int nines = (int) Math.max(2, Math.min(6, Math.floor(Math.log10(count))));
    double min = all.stream().mapToDouble(each -> Math.max(1_000, each.min())).min().orElse(1_000);
    double max = all.stream().mapToDouble(Latencies::max).max().orElse(min);
    Plot plot =
        new Plot(Scale.percentiles(nines), Scale.log(min, Math.max(max, min), Figures::briefNanos));
    boolean queries = traffic.traffic().kind() == Kind.QUERIES;
    StringBuilder legend = new StringBuilder();
    addDistribution(plot, legend, "one", queries ? "answer" : "confirm", traffic.confirm());
    addDistribution(plot, legend, "two", queries ? "handled" : "end to end", traffic.endToEnd());
    if (lateness != null) {
      addDistribution(plot, legend, "three", "sent late by", lateness);
    }
    addPlot("Latency by percentile", plot, legend.toString());
  }

  private static void addDistribution(
      Plot plot, StringBuilder legend, String cssClass, String name, Latencies latencies) {
    if (latencies.count() == 0) {
      return;
    }
    List<Plot.Point> points = new ArrayList<>();
    for (Latencies.Point point : latencies.curve()) {
      points.add(new Plot.Point(point.percentile(), point.nanos(), ""));
    }
    plot.curve(cssClass, points);
    plot.marks(
        cssClass,
        List.of(
            mark(name, 50, latencies.p50()),
            mark(name, 90, latencies.p90()),
            mark(name, 99, latencies.p99()),
            mark(name, 99.9, latencies.p999()),
            mark(name, 99.99, latencies.p9999())));
    legend.append(legend(cssClass, name));
  }

  private static Plot.Point mark(String name, double percentile, long nanos) {
    String told = name + ", " + Figures.plain(percentile) + " %: " + Figures.nanos(nanos);
    return new Plot.Point(percentile, nanos, told);
  }

  private void addLatenciesOverTime(TrafficReport traffic) {
    List<Sample> timed =
        traffic.samples().stream()
            .filter(each -> each.confirmP50() + each.endToEndP50() > 0)
            .toList();
    if (timed.size() < 2) {
      return;
    }
    double end = timed.get(timed.size() - 1).toSeconds();
    double min =
        timed.stream()
            .flatMap(each -> List.of(each.confirmP50(), each.endToEndP50()).stream())
            .filter(nanos -> nanos > 0)
            .mapToDouble(Long::doubleValue)
            .min()
            .orElse(1_000);
    double max =
        timed.stream()
            .mapToDouble(each -> Math.max(each.confirmP99(), each.endToEndP99()))
            .max()
            .orElse(min);
    Plot plot = new Plot(seconds(end), Scale.log(min, max, Figures::briefNanos));
    boolean queries = traffic.traffic().kind() == Kind.QUERIES;
    plot.curve("one dashed", overTime(timed, Sample::confirmP50, true));
    plot.curve("one", overTime(timed, Sample::confirmP99, true));
    if (!queries) {
      plot.curve("two dashed", overTime(timed, Sample::endToEndP50, true));
      plot.curve("two", overTime(timed, Sample::endToEndP99, true));
    }
    for (Sample sample : timed) {
      plot.tell(
          sample.fromSeconds(),
          sample.toSeconds(),
          Figures.plain(Math.round(sample.toSeconds() * 10) / 10.0)
              + " s: "
              + (queries ? "answer " : "confirm ")
              + Figures.nanos(sample.confirmP50())
              + " median, "
              + Figures.nanos(sample.confirmP99())
              + " 99 %"
              + (queries
                  ? ""
                  : "; end to end "
                      + Figures.nanos(sample.endToEndP50())
                      + " median, "
                      + Figures.nanos(sample.endToEndP99())
                      + " 99 %"));
    }
    addPlot(
        "Latency over time: median (dashed) and 99 %",
        plot,
        legend("one", queries ? "answer" : "confirm")
            + (queries ? "" : legend("two", "end to end")));
  }

  private static String legend(String cssClass, String name) {
    return "<span><i class='" + cssClass + "'></i>" + Page.escaped(name) + "</span>";
  }

  private void addPlot(String title, Plot plot, String legend) {
    page.html("<div class='card'><div class='legend'>" + legend + "</div>");
    page.element("h3", "", title).html(plot.svg(title)).html("</div>");
  }

  private void addNumbers(TrafficReport traffic) {
    boolean queries = traffic.traffic().kind() == Kind.QUERIES;
    List<List<String>> rows = new ArrayList<>();
    rows.add(latencyRow(queries ? "answer" : "confirm", traffic.confirm()));
    if (traffic.traffic().consumers() > 0) {
      rows.add(latencyRow(queries ? "handled" : "end to end", traffic.endToEnd()));
    }
    Latencies lateness = traffic.lateness();
    if (lateness != null) {
      rows.add(latencyRow("sent late by", lateness));
    }
    page.html("<div class='card'>");
    page.table(
        List.of(
            "Latency", "count", "min", "mean", "50 %", "90 %", "99 %", "99.9 %", "99.99 %", "max"),
        rows);
    page.html("</div><div class='card'>");
    page.element("h3", "", "Every message of the run, warm-up included");
    List<String[]> counts = new ArrayList<>();
    addCount(counts, queries ? "asked" : "sent", traffic.sent());
    addCount(counts, queries ? "answered" : "confirmed", traffic.confirmed());
    addCount(counts, queries ? "handled" : "received, over all inboxes", traffic.received());
    if (!queries) {
      addCount(counts, "confirmed and missing", traffic.missingCount());
      addCount(counts, "duplicates", traffic.duplicates());
      addCount(counts, "of these marked as redelivered", traffic.redelivered());
    }
    if (traffic.traffic().keys() > 0) {
      addCount(counts, "out of order", traffic.outOfOrder());
    }
    addCount(counts, "damaged", traffic.damaged());
    if (queries) {
      addCount(counts, "wrong answers", traffic.wrongAnswers());
    }
    addCount(counts, "in doubt at the end", traffic.unconfirmed());
    if (traffic.traffic().isPaced()) {
      addCount(counts, "due and not sent", traffic.unsent());
    }
    addCount(counts, "leftovers of an earlier run", traffic.leftovers());
    traffic.failures().forEach((code, count) -> addCount(counts, "refused, " + code, count));
    page.pairs(counts).html("</div>");
  }

  private static void addCount(List<String[]> counts, String name, long count) {
    counts.add(new String[] {name, Figures.count(count)});
  }

  private static List<String> latencyRow(String name, Latencies latencies) {
    List<String> row = new ArrayList<>(List.of(name, Figures.count(latencies.count())));
    for (double nanos :
        new double[] {
          latencies.min(),
          latencies.mean(),
          latencies.p50(),
          latencies.p90(),
          latencies.p99(),
          latencies.p999(),
          latencies.p9999(),
          latencies.max()
        }) {
      row.add(time(latencies, nanos));
    }
    return row;
  }

  private static String time(Latencies latencies, double nanos) {
    return latencies.count() == 0 ? NONE : Figures.nanos(nanos);
  }

  // ---- what it cost, and on what

  private void addCosts() {
    if (report.costs().isEmpty()) {
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    for (Cost cost : report.costs()) {
      String of =
          report.costs().size() > 1 ? ", " + cost.phase().name().toLowerCase(Locale.ROOT) : "";
      Usage.BrokerUsage broker = cost.usage().broker();
      if (broker != null) {
        rows.add(
            List.of(
                "broker" + of,
                Figures.seconds(cost.brokerCpuSecondsPer1000()),
                Figures.decimal(cost.brokerCores()),
                cost.storedBytes() == 0 ? NONE : Figures.decimal(cost.writtenPerPayloadByte()),
                cost.flushesPerSecond() < 0 ? NONE : Figures.count(cost.flushesPerSecond()),
                Figures.bytes(broker.rssBytes()),
                Figures.bytes(broker.peakRssBytes())));
      }
      String client = Figures.seconds(cost.clientCpuSecondsPer1000());
      rows.add(
          List.of(
              "load" + of, client, Figures.decimal(cost.clientCores()), NONE, NONE, NONE, NONE));
      rows.add(
          List.of(
              (broker == null ? "others and broker" : "others") + of,
              NONE,
              Figures.decimal(cost.otherCores()),
              NONE,
              NONE,
              NONE,
              NONE));
    }
    page.element("h2", "", "Cost");
    page.element(
        "p",
        "load",
        "Processor time of the broker, of this load generator, and of anybody else: much of the last"
            + " means a disturbed run.");
    page.html("<div class='card'>");
    page.table(
        List.of(
            "",
            "CPU time for 1,000",
            "cores busy",
            "written per payload byte",
            "disk flushes/s",
            "resident",
            "most resident"),
        rows);
    page.html("</div>");
  }

  private void addCircumstances() {
    page.element("h2", "", "Settings and machine").html("<div class='card'>");
    List<String[]> pairs = new ArrayList<>();
    Workload workload = report.workload();
    add(pairs, "workload", workload.name());
    if (workload.hasBacklog()) {
      add(pairs, "backlog", Figures.count(workload.backlog()));
    } else {
      add(pairs, "warm-up", Figures.seconds(workload.warmup().toMillis() / 1e3));
      add(pairs, "measured", Figures.seconds(workload.duration().toMillis() / 1e3));
    }
    for (TrafficReport traffic : report.traffic()) {
      addSettings(pairs, traffic.traffic());
    }
    page.pairs(pairs).html("</div><div class='card'>");
    List<String[]> machine = new ArrayList<>();
    report.target().forEach((name, value) -> add(machine, name, value));
    MachineInfo here = report.machine();
    add(machine, "CPU", here.cpu());
    add(machine, "cores", Figures.count(here.cores()));
    add(machine, "memory", here.memoryBytes() == 0 ? "" : Figures.bytes(here.memoryBytes()));
    add(machine, "system", here.system());
    report.costs().stream()
        .map(cost -> cost.usage().broker())
        .filter(broker -> broker != null)
        .findFirst()
        .ifPresent(broker -> add(machine, "broker's disk", broker.disk()));
    add(machine, "Java of the load", here.java());
    page.pairs(machine).html("</div>");
  }

  private static void addSettings(List<String[]> pairs, Traffic traffic) {
    String kind = traffic.kind().name().toLowerCase(Locale.ROOT) + ": ";
    boolean queries = traffic.kind() == Kind.QUERIES;
    add(pairs, kind + (queries ? "askers" : "producers"), Figures.count(traffic.producers()));
    add(pairs, kind + "window", Figures.count(traffic.window()));
    add(
        pairs,
        kind + "rate",
        traffic.isPaced() ? Figures.count(traffic.perSecond()) + "/s" : "as the window allows");
    add(pairs, kind + "size", Figures.bytes(traffic.sizeBytes()));
    switch (traffic.kind()) {
      case COMMANDS -> {
        add(pairs, kind + "queues", Figures.count(traffic.queues()));
        add(pairs, kind + "consumers", Figures.count(traffic.consumers()));
      }
      case EVENTS -> {
        add(pairs, kind + "subscriptions", Figures.count(traffic.subscriptions()));
        add(pairs, kind + "subscribers of each", Figures.count(traffic.consumers()));
      }
      case QUERIES -> {
        add(pairs, kind + "answer", Figures.bytes(traffic.answerBytes()));
        add(pairs, kind + "responders", Figures.count(traffic.consumers()));
      }
    }
    if (!queries) {
      add(
          pairs,
          kind + "ordering keys",
          traffic.keys() == 0 ? "none" : Figures.count(traffic.keys()));
    }
    add(pairs, kind + (queries ? "concurrency" : "credit"), Figures.count(traffic.credit()));
  }

  private static void add(List<String[]> pairs, String name, String value) {
    pairs.add(new String[] {name, value.isEmpty() ? "unknown" : value});
  }
}
