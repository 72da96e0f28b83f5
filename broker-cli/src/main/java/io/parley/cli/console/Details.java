package io.parley.cli.console;

import java.util.ArrayList;
import java.util.List;

/** One thing's properties, a line each, their values aligned. */
public final class Details {
  private final List<String> names = new ArrayList<>();
  private final List<String> values = new ArrayList<>();

  /** Adds a line. */
  public Details add(String name, Object value) {
    names.add(name);
    values.add(
        value instanceof Long || value instanceof Integer
            ? Text.count(((Number) value).longValue())
            : Text.printable(value.toString()));
    return this;
  }

  /** Adds a line for each value, the name only before the first. */
  public Details addAll(String name, List<String> each) {
    for (int i = 0; i < each.size(); i++) {
      add(i == 0 ? name : "", each.get(i));
    }
    return this;
  }

  /** The lines. */
  public List<String> lines() {
    int width = names.stream().mapToInt(String::length).max().orElse(0);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      lines.add(
          (names.get(i) + " ".repeat(width - names.get(i).length() + 2) + values.get(i))
              .stripTrailing());
    }
    return lines;
  }
}
