package io.parley.compare.report;

import io.parley.compare.result.RunFile;
import io.parley.compare.result.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes tables and plot of a folder of results anew, from what its runs left there.
 *
 * <pre>ReportCommand FOLDER BASELINE</pre>
 *
 * The folder has {@code runs.jsonl}, and {@code about.md} with machine and versions; {@code
 * README.md} and {@code comparison.svg} are written. The tables go to stdout as well.
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
    Files.writeString(
        folder.resolve("README.md"),
        Files.readString(folder.resolve("about.md"))
            + MarkdownTables.settings(runs)
            + "## Results\n\n![The same as a plot](comparison.svg)\n\n"
            + tables);
    Files.writeString(folder.resolve("comparison.svg"), new SvgPlot(sections, baseline).draw());
    System.out.print(tables);
  }
}
