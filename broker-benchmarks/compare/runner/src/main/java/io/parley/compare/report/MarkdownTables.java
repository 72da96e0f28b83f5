package io.parley.compare.report;

import io.parley.compare.report.Column.Better;
import io.parley.compare.result.RunResult;
import io.parley.compare.result.TrafficResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A table for each workload: medians, the spread of the runs, and ratios to a baseline. */
final class MarkdownTables {
  /** After the name of a peer that confirms before it syncs. */
  private static final String UNSYNCED = " †";

  private final String baseline;
  private final StringBuilder out = new StringBuilder();

  private MarkdownTables(String baseline) {
    this.baseline = baseline;
  }

  static String of(List<Section> sections, String baseline) {
    MarkdownTables tables = new MarkdownTables(baseline);
    tables.explain();
    tables.summary(sections);
    sections.forEach(tables::add);
    return tables.out.toString();
  }

  private void explain() {
    line("Median (lowest–highest) of the runs; a ratio is of the medians, with the lowest and");
    line("highest of runs made one after the other. Runs in which others on the machine used more");
    line("than a quarter of a core count only where a peer has no others, and are marked *noisy*.");
    line(
        "† confirms before the message is on the disk: not the same promise. *In syncs*: how often");
    line("the disk alone, next to the run, did one write of a message's size and fdatasync (one");
    line("outstanding, overwriting) in the time of a confirm.");
    line("");
  }

  // ---- all workloads at a glance

  /** A row for each peer, and a column for each number that is compared. */
  private void summary(List<Section> sections) {
    List<String> peers =
        sections.stream().flatMap(s -> s.rows().stream()).map(Row::peer).distinct().toList();
    List<String> titles = new ArrayList<>(List.of("peer"));
    for (Section section : sections) {
      for (Column column : compared(section)) {
        titles.add(section.title() + ": " + column.title());
      }
    }
    line("### At a glance");
    line("");
    line("Medians, and how many times " + baseline + "'s; rates: more is better, times: less is.");
    line("");
    head(titles);
    for (String peer : peers) {
      List<String> cells = new ArrayList<>();
      cells.add(peer + (isSynced(peer, sections) ? "" : UNSYNCED));
      for (Section section : sections) {
        compared(section).forEach(column -> cells.add(atAGlance(section, peer, column)));
      }
      cells(cells);
    }
    line("");
  }

  private static List<Column> compared(Section section) {
    return Column.results(section).stream().filter(Column::isCompared).toList();
  }

  private static boolean isSynced(String peer, List<Section> sections) {
    return sections.stream().map(s -> s.row(peer)).allMatch(row -> row == null || row.isSynced());
  }

  private String atAGlance(Section section, String peer, Column column) {
    Row row = section.row(peer);
    Spread spread = row == null ? null : row.spread(column.value());
    if (row == null || spread == null) {
      return row == null ? "" : "none";
    }
    Row base = section.row(baseline);
    Spread ratio = base == null || base == row ? null : row.ratioTo(base, column.value());
    return Numbers.text(spread.median())
        + (ratio == null ? "" : " (" + Numbers.factor(ratio.median()) + " ×)");
  }

  // ---- one workload

  private void add(Section section) {
    line("### " + section.title());
    line("");
    loadOf(section);
    List<Column> columns = Column.results(section);
    Row base = section.row(baseline);
    head(titles(columns, base));
    for (Row row : section.rows()) {
      row(row, columns, base);
    }
    line("");
    if (base != null) {
      columns.stream().filter(Column::isCompared).forEach(column -> best(section, base, column));
      line("");
    }
    costs(section);
  }

  /** Folded, so that what came out can be read without it. */
  private void costs(Section section) {
    List<Column> columns = Column.costs(section);
    List<String> titles = new ArrayList<>(List.of("peer"));
    columns.forEach(column -> titles.add(column.title()));
    line("<details><summary>What it cost</summary>");
    line("");
    head(titles);
    for (Row row : section.rows()) {
      if (!row.runs().isEmpty()) {
        List<String> cells = new ArrayList<>(List.of(name(row)));
        columns.forEach(column -> cells.add(Numbers.text(row.spread(column.value()))));
        cells(cells);
      }
    }
    line("");
    line("</details>");
    line("");
  }

  /** The load in words, as the first run had it. */
  private void loadOf(Section section) {
    section.rows().stream()
        .flatMap(row -> row.runs().stream())
        .map(run -> run.traffic().get(section.traffic()))
        .findFirst()
        .ifPresent(
            traffic -> {
              line(words(traffic));
              line("");
            });
  }

  private static String words(TrafficResult traffic) {
    String load =
        traffic.ratePerSecond() > 0
            ? Numbers.text(traffic.ratePerSecond()) + "/s whatever happens"
            : String.format(Locale.ROOT, "%,d unconfirmed", traffic.window())
                + (traffic.producers() == 1 ? "" : " each");
    String receivers =
        traffic.subscriptions() > 0
            ? traffic.subscriptions()
                + " subscriptions, each with "
                + traffic.consumers()
                + " consumer"
            : traffic.consumers() + " consumer";
    return String.format(
        Locale.ROOT,
        "%,d-byte %s, %d producer%s (%s), %s%s.",
        traffic.sizeBytes(),
        traffic.kind(),
        traffic.producers(),
        traffic.producers() == 1 ? "" : "s",
        load,
        receivers,
        traffic.consumers() == 1 ? "" : "s");
  }

  private List<String> titles(List<Column> columns, @Nullable Row base) {
    List<String> titles = new ArrayList<>(List.of("peer", "runs"));
    for (Column column : columns) {
      titles.add(column.title());
      if (base != null && column.isCompared()) {
        titles.add("× " + baseline);
      }
    }
    titles.add("missing / duplicates / failed");
    return titles;
  }

  private void head(List<String> titles) {
    cells(titles);
    List<String> lines = new ArrayList<>(Collections.nCopies(titles.size(), "---:"));
    lines.set(0, "---");
    cells(lines);
  }

  private static String name(Row row) {
    return row.peer() + (row.isSynced() ? "" : UNSYNCED);
  }

  private void row(Row row, List<Column> columns, @Nullable Row base) {
    List<String> cells = new ArrayList<>();
    cells.add(name(row));
    cells.add(runs(row));
    for (Column column : columns) {
      cells.add(Numbers.text(row.spread(column.value())));
      if (base != null && column.isCompared()) {
        cells.add(Numbers.factor(row.ratioTo(base, column.value())));
      }
    }
    cells.add(correctness(row));
    cells(cells);
  }

  private static String runs(Row row) {
    String text = Integer.toString(row.runs().size());
    if (row.disturbed()) {
      text += " *noisy*";
    }
    if (row.leftOut() > 0) {
      text += ", " + row.leftOut() + " noisy left out";
    }
    return text;
  }

  private static String correctness(Row row) {
    List<String> all = new ArrayList<>();
    if (!row.runs().isEmpty()) {
      all.add(
          String.format(
              Locale.ROOT,
              "%,d / %,d / %,d",
              row.sum(TrafficResult::missing),
              row.sum(TrafficResult::duplicates),
              row.sum(TrafficResult::failed)));
      addIfAny(all, row.sum(TrafficResult::unsent), "unsent");
      addIfAny(all, row.sum(TrafficResult::outOfOrder), "out of order");
      addIfAny(all, row.sum(TrafficResult::damaged), "damaged");
    }
    row.problems().forEach(problem -> all.add(problem.replace('|', '/').replace('\n', ' ')));
    return String.join("; ", all);
  }

  private static void addIfAny(List<String> all, long count, String what) {
    if (count > 0) {
      all.add(String.format(Locale.ROOT, "%,d %s", count, what));
    }
  }

  /** How the baseline stands against the best of the others that keep the same promise. */
  private void best(Section section, Row base, Column column) {
    Comparator<Row> byMedian =
        Comparator.comparingDouble(
            row -> Objects.requireNonNull(row.spread(column.value())).median());
    List<Row> others =
        section.rows().stream()
            .filter(row -> row != base && row.isSynced() && row.spread(column.value()) != null)
            .sorted(column.better() == Better.MORE ? byMedian.reversed() : byMedian)
            .toList();
    if (others.isEmpty() || base.runs().isEmpty()) {
      return;
    }
    Row best = others.get(0);
    line(
        String.format(
            Locale.ROOT,
            "- %s, %s is better: %s has %s that of %s, the best of the others at the same durability.",
            column.title(),
            column.better().name().toLowerCase(Locale.ROOT),
            baseline,
            Numbers.factor(base.ratioTo(best, column.value())),
            best.peer()));
  }

  private void cells(List<String> cells) {
    line(cells.stream().collect(Collectors.joining(" | ", "| ", " |")));
  }

  private void line(String text) {
    out.append(text).append('\n');
  }

  /** Peers with their settings, in their adapters' words. */
  static String settings(List<RunResult> runs) {
    StringBuilder out = new StringBuilder("| peer | versions and settings |\n|---|---|\n");
    runs.stream().map(RunResult::peer).distinct().forEach(peer -> settings(peer, runs, out));
    return out.append('\n').toString();
  }

  private static void settings(String peer, List<RunResult> runs, StringBuilder out) {
    runs.stream()
        .filter(run -> run.peer().equals(peer) && !run.target().isEmpty())
        .findFirst()
        .ifPresent(
            run ->
                out.append("| ")
                    .append(peer)
                    .append(" | ")
                    .append(
                        run.target().entrySet().stream()
                            .filter(entry -> !entry.getKey().equals(RunResult.SYNCED))
                            .map(entry -> entry.getKey() + ": " + entry.getValue())
                            .collect(Collectors.joining("; ")))
                    .append(" |\n"));
  }
}
