package io.parley.compare.report;

import io.parley.compare.result.RunFile;
import io.parley.compare.result.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes tables and plots of a folder of results anew, from what its runs left there.
 *
 * <pre>ReportCommand FOLDER BASELINE</pre>
 *
 * The folder has {@code runs.jsonl}, and {@code about.md} with machine and commands; {@code
 * README.md}, {@code throughput.svg} and {@code latency.svg} are written, the plots where there is
 * something to plot. The tables go to stdout as well.
 */
public final class ReportCommand {
  private ReportCommand() {}

  /** Writes them. */
  public static void main(String[] words) throws IOException {
    Path folder = Path.of(words[0]);
    String baseline = words[1];
    List<RunResult> runs = RunFile.read(folder.resolve("runs.jsonl"));
    List<Section> sections = Section.of(runs);
    String tables = MarkdownTables.of(sections, baseline);
    String plots =
        plot(folder, "throughput", new SvgPlot(sections, baseline).rates())
            + plot(folder, "latency", new SvgPlot(sections, baseline).times());
    Files.writeString(
        folder.resolve("README.md"),
        Files.readString(folder.resolve("about.md"))
            + MarkdownTables.settings(runs)
            + "## Results\n\n"
            + plots
            + tables);
    System.out.print(tables);
  }

  /** Writes it, and returns what shows it in the page. */
  private static String plot(Path folder, String name, String svg) throws IOException {
    Path file = folder.resolve(name + ".svg");
    if (svg.isEmpty()) {
      Files.deleteIfExists(file);
      return "";
    }
    Files.writeString(file, svg);
    return "![" + name + "](" + name + ".svg)\n\n";
  }
}
