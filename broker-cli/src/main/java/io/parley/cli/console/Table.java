package io.parley.cli.console;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows in aligned columns. Where they don't fit, the columns that may shrink are cut. */
public final class Table {
  private static final String GAP = "  ";
  private static final int SHRUNK_MIN = 8;

  private final List<Column> columns;
  private final List<List<String>> rows = new ArrayList<>();

  private record Column(String header, boolean right, boolean mayShrink) {}

  private Table(List<Column> columns) {
    this.columns = columns;
  }

  /**
   * An empty table. A header that starts with {@code >} is that of numbers, aligned to the right;
   * one that starts with {@code ~} may be cut.
   */
  public static Table of(String... headers) {
    List<Column> columns = new ArrayList<>();
    for (String header : headers) {
      boolean right = header.startsWith(">");
      boolean mayShrink = header.startsWith("~");
      columns.add(new Column(right || mayShrink ? header.substring(1) : header, right, mayShrink));
    }
    return new Table(columns);
  }

  /** Adds a row with a cell for each column. */
  public Table row(Object... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(
          "cells: " + cells.length + " (expected: " + columns.size() + ")");
    }
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(
          cell instanceof Long || cell instanceof Integer
              ? Text.count(((Number) cell).longValue())
              : Text.printable(cell.toString()));
    }
    rows.add(row);
    return this;
  }

  /** Whether there are no rows. */
  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** The lines, header first, none longer than the width unless what may not be cut is. */
  public List<String> lines(int width) {
    int[] widths = widths(width);
    List<String> lines = new ArrayList<>();
    lines.add(line(columns.stream().map(Column::header).toList(), widths));
    for (List<String> row : rows) {
      lines.add(line(row, widths));
    }
    return lines;
  }

  private int[] widths(int width) {
    int[] widths = columns.stream().mapToInt(column -> column.header.length()).toArray();
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], length(row.get(i)));
      }
    }
    int over = Arrays.stream(widths).sum() + GAP.length() * (widths.length - 1) - width;
    while (over > 0) {
      int widest = widestThatMayShrink(widths);
      if (widest < 0) {
        break;
      }
      widths[widest]--;
      over--;
    }
    return widths;
  }

  private int widestThatMayShrink(int[] widths) {
    int widest = -1;
    for (int i = 0; i < widths.length; i++) {
      Column column = columns.get(i);
      if (column.mayShrink
          && widths[i] > Math.max(SHRUNK_MIN, column.header.length())
          && (widest < 0 || widths[i] > widths[widest])) {
        widest = i;
      }
    }
    return widest;
  }

  private String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = Text.cut(cells.get(i), widths[i]);
      String padding = " ".repeat(widths[i] - length(cell));
      line.append(i == 0 ? "" : GAP);
      line.append(columns.get(i).right ? padding + cell : cell + padding);
    }
    return line.toString().stripTrailing();
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
