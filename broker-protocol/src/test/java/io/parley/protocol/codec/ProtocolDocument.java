package io.parley.protocol.codec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** docs/protocol.md, as a test reads it: by headings and table rows. */
final class ProtocolDocument {
  static final Path PATH = Path.of("..", "docs", "protocol.md");

  private final List<String> lines;

  private ProtocolDocument(List<String> lines) {
    this.lines = lines;
  }

  static ProtocolDocument read() {
    try {
      return new ProtocolDocument(Files.readAllLines(PATH));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<String> lines() {
    return lines;
  }

  boolean hasSection(String heading) {
    return lines.contains(heading);
  }

  /** The cells of the rows of all tables between a heading and the next heading of any level. */
  List<List<String>> rows(String heading) {
    int from = lines.indexOf(heading);
    if (from < 0) {
      throw new AssertionError(PATH + " has no section '" + heading + "'");
    }
    List<List<String>> rows = new ArrayList<>();
    for (String line : lines.subList(from + 1, lines.size())) {
      if (line.startsWith("#")) {
        break;
      }
      if (line.startsWith("|") && !line.startsWith("|---")) {
        rows.add(cells(line));
      }
    }
    return rows;
  }

  private static List<String> cells(String row) {
    List<String> cells = new ArrayList<>();
    for (String cell : row.substring(1, row.lastIndexOf('|')).split("\\|", -1)) {
      cells.add(cell.strip());
    }
    return cells;
  }
}
