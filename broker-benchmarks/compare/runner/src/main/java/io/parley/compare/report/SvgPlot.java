package io.parley.compare.report;

import io.parley.compare.result.RunResult;
import io.parley.compare.result.TrafficResult;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Workloads as a picture, a panel each: one of rates, as bars with the spread of the runs, or one
 * of times, as dots at p50, p99 and p99.9 on a logarithmic axis, with a line at what the disk alone
 * takes. Drawn by hand, so that it needs nothing and reads as text in a diff. Used once.
 *
 * <pre>
 *   commands-throughput                         messages/s
 *   parley        ██████████████████████├─┤ 312,000
 *   redis-always  ████████├┤ 97,700   0.31 ×
 *   kafka-group † ░░░░░░░░░░░░░░░░░░░░ 470,000   1.51 ×
 * </pre>
 */
final class SvgPlot {
  private static final int WIDTH = 960;
  private static final int LABELS = 185;
  private static final int RIGHT = 200;
  private static final int PLOT = WIDTH - LABELS - RIGHT;
  private static final int ROW = 22;
  private static final int BAR = 14;
  private static final int HEAD = 44;
  private static final int FOOT = 26;
  private static final int LEGEND = 24;

  private static final String BASELINE = "#0b6e4f";
  private static final String SYNCED = "#6b7a8f";
  private static final String UNSYNCED = "#c9d1da";
  private static final String INK = "#1b1f24";
  private static final String FAINT = "#8a939e";

  private final List<Section> sections;
  private final String baseline;
  private final StringBuilder out = new StringBuilder();
  private int y;

  SvgPlot(List<Section> sections, String baseline) {
    this.sections = sections;
    this.baseline = baseline;
  }

  /** What goes through; empty where no workload is about that. */
  String rates() {
    for (Section section : sections) {
      switch (section.shape()) {
        case THROUGHPUT ->
            bars(
                section,
                section.title() + " – messages/s, more is better",
                section.ofTraffic(TrafficResult::throughPerSecond));
        case BACKLOG -> {
          bars(section, section.title() + " – filled/s", Section.ofBacklog(b -> b.fillPerSecond()));
          bars(
              section,
              section.title() + " – drained/s after SIGKILL and restart",
              Section.ofBacklog(b -> b.drainPerSecond()));
        }
        case LATENCY -> {}
      }
    }
    return picture("Bars: median; whiskers: lowest and highest run. (×): to " + baseline + ".");
  }

  /** How long it takes; empty where no workload is about that. */
  String times() {
    for (Section section : sections) {
      if (section.shape() == Section.Shape.LATENCY) {
        dots(section, " – send to confirm, ms", true);
        dots(section, " – end to end, ms", false);
      }
    }
    return picture(
        "● p50  ◆ p99  | p99.9: medians, logarithmic. Dashed: p50 of a write and fdatasync on the disk"
            + " alone.");
  }

  private String picture(String explanation) {
    if (out.isEmpty()) {
      return "";
    }
    legend(explanation);
    legend("† confirms before the message is on the disk.");
    return String.format(
            Locale.ROOT,
            "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' viewBox='0 0 %d %d'"
                + " font-family='system-ui, sans-serif' font-size='12'>%n"
                + "<rect width='100%%' height='100%%' fill='white'/>%n",
            WIDTH,
            y,
            WIDTH,
            y)
        + out
        + "</svg>\n";
  }

  // ---- rates

  private void bars(Section section, String title, ToDoubleFunction<RunResult> value) {
    title(title);
    double most =
        section.rows().stream()
            .map(row -> row.spread(value))
            .mapToDouble(spread -> spread == null ? 0 : spread.highest())
            .max()
            .orElse(0);
    Row base = section.row(baseline);
    for (Row row : section.rows()) {
      label(row);
      Spread spread = row.spread(value);
      if (spread == null || most == 0) {
        problem(row);
      } else {
        bar(row, spread, PLOT / most, ratio(row, base, value));
      }
      y += ROW;
    }
    y += FOOT;
  }

  private void bar(Row row, Spread spread, double scale, String ratio) {
    double middle = y + ROW / 2.0;
    add(
        "<rect x='%d' y='%.1f' width='%.1f' height='%d' fill='%s'/>%n",
        LABELS, middle - BAR / 2.0, Math.max(1, spread.median() * scale), BAR, color(row));
    double low = LABELS + spread.lowest() * scale;
    double high = LABELS + spread.highest() * scale;
    if (high - low >= 1) {
      add(
          "<path d='M%.1f %.1fH%.1fM%.1f %.1fv8M%.1f %.1fv8' stroke='%s' fill='none'/>%n",
          low, middle, high, low, middle - 4, high, middle - 4, INK);
    }
    text(high + 6, middle, Numbers.text(spread.median()) + ratio, INK);
  }

  private static String ratio(Row row, @Nullable Row base, ToDoubleFunction<RunResult> value) {
    if (base == null || base == row) {
      return "";
    }
    Spread ratio = row.ratioTo(base, value);
    return ratio == null ? "" : "   (" + Numbers.factor(ratio.median()) + " ×)";
  }

  // ---- times

  private void dots(Section section, String what, boolean confirm) {
    List<ToDoubleFunction<RunResult>> values = percentiles(section, confirm);
    double least = Double.MAX_VALUE;
    double most = 0;
    for (Row row : section.rows()) {
      for (ToDoubleFunction<RunResult> value : values) {
        Spread spread = row.spread(value);
        if (spread != null && spread.median() > 0) {
          least = Math.min(least, spread.median());
          most = Math.max(most, spread.median());
        }
      }
    }
    title(section.title() + what + ", less is better");
    Spread sync = sync(section);
    if (sync != null) {
      least = Math.min(least, sync.median());
    }
    if (most == 0) {
      return;
    }
    double from = Math.floor(Math.log10(least));
    double to = Math.max(from + 1, Math.ceil(Math.log10(most)));
    axis(section.rows().size(), from, to);
    if (sync != null) {
      add(
          "<path d='M%.1f %dv%d' stroke='%s' stroke-dasharray='4 3'/>%n",
          x(sync.median(), from, to), y, section.rows().size() * ROW, FAINT);
    }
    for (Row row : section.rows()) {
      label(row);
      times(row, values, from, to);
      y += ROW;
    }
    y += FOOT;
  }

  /** What the disk alone took, next to all of these runs. */
  private static @Nullable Spread sync(Section section) {
    ToDoubleFunction<RunResult> value = Section.ofDisk(disk -> disk.overwrite().p50Millis());
    return Spread.of(
        section.rows().stream()
            .flatMap(row -> row.runs().stream())
            .map(run -> value.applyAsDouble(run))
            .toList());
  }

  private static List<ToDoubleFunction<RunResult>> percentiles(Section section, boolean confirm) {
    return confirm
        ? List.of(
            section.ofTraffic(t -> t.confirm().p50Millis()),
            section.ofTraffic(t -> t.confirm().p99Millis()),
            section.ofTraffic(t -> t.confirm().p999Millis()))
        : List.of(
            section.ofTraffic(t -> t.endToEnd().p50Millis()),
            section.ofTraffic(t -> t.endToEnd().p99Millis()),
            section.ofTraffic(t -> t.endToEnd().p999Millis()));
  }

  private void axis(int rows, double from, double to) {
    for (int power = (int) from; power <= to; power++) {
      double x = x(Math.pow(10, power), from, to);
      add("<path d='M%.1f %dv%d' stroke='#e3e7eb'/>%n", x, y, rows * ROW);
      add(
          "<text x='%.1f' y='%d' text-anchor='middle' font-size='10' fill='%s'>%s</text>%n",
          x, y + rows * ROW + 12, FAINT, BigDecimal.ONE.scaleByPowerOfTen(power).toPlainString());
    }
  }

  private void times(Row row, List<ToDoubleFunction<RunResult>> values, double from, double to) {
    List<Double> medians = new ArrayList<>();
    for (ToDoubleFunction<RunResult> value : values) {
      Spread spread = row.spread(value);
      if (spread == null || spread.median() <= 0) {
        problem(row);
        return;
      }
      medians.add(spread.median());
    }
    double middle = y + ROW / 2.0;
    double p50 = x(medians.get(0), from, to);
    double p99 = x(medians.get(1), from, to);
    double p999 = x(medians.get(2), from, to);
    String color = color(row);
    add("<path d='M%.1f %.1fH%.1f' stroke='%s' stroke-width='2'/>%n", p50, middle, p999, color);
    add("<circle cx='%.1f' cy='%.1f' r='5' fill='%s'/>%n", p50, middle, color);
    add("<path d='M%.1f %.1fl5 5l-5 5l-5 -5z' fill='%s'/>%n", p99, middle - 5, color);
    add("<path d='M%.1f %.1fv12' stroke='%s' stroke-width='2'/>%n", p999, middle - 6, color);
    text(
        LABELS + PLOT + 12,
        middle,
        Numbers.text(medians.get(0))
            + " · "
            + Numbers.text(medians.get(1))
            + " · "
            + Numbers.text(medians.get(2)),
        INK);
  }

  private static double x(double value, double from, double to) {
    return LABELS + PLOT * (Math.log10(value) - from) / (to - from);
  }

  // ---- what all panels have

  private void title(String text) {
    y += HEAD;
    add(
        "<text x='8' y='%d' font-size='14' font-weight='600' fill='%s'>%s</text>%n",
        y - 14, INK, escaped(text));
  }

  private void label(Row row) {
    String text = row.peer() + (row.isSynced() ? "" : " †") + (row.disturbed() ? " (noisy)" : "");
    add(
        "<text x='%d' y='%.1f' text-anchor='end' fill='%s'%s>%s</text>%n",
        LABELS - 8,
        y + ROW / 2.0 + 4,
        INK,
        row.peer().equals(baseline) ? " font-weight='600'" : "",
        escaped(text));
  }

  private void problem(Row row) {
    String why = row.problems().isEmpty() ? "nothing measured" : row.problems().get(0);
    String shown = why.length() > 90 ? why.substring(0, 90) + "…" : why;
    text(LABELS + 4, y + ROW / 2.0, shown, FAINT);
  }

  private void legend(String text) {
    text(8, y + LEGEND / 2.0, text, FAINT);
    y += LEGEND;
  }

  private String color(Row row) {
    return row.peer().equals(baseline) ? BASELINE : row.isSynced() ? SYNCED : UNSYNCED;
  }

  private void text(double x, double middle, String text, String color) {
    add("<text x='%.1f' y='%.1f' fill='%s'>%s</text>%n", x, middle + 4, color, escaped(text));
  }

  private void add(String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
