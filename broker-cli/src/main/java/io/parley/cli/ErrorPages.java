package io.parley.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The pages of {@code docs/errors.md}, which is packed into the jar: what is said on the command
 * line and what stands in the documentation can't differ.
 */
final class ErrorPages {
  private static final String DOCUMENT = "errors.md";

  private static final Pattern GROUP = Pattern.compile("## (.+)");
  private static final Pattern CODE = Pattern.compile("### ([A-Z_]+)(?: \\((\\d+)\\))?");
  private static final Pattern POINT = Pattern.compile("- \\*\\*(\\w+)\\*\\*: (.+)");
  private static final Set<String> POINTS = Set.of("Probably", "Do", "Again", "Example");

  private final Map<String, ErrorPage> pages = new LinkedHashMap<>();

  private ErrorPages() {}

  /** The packed document's pages. */
  static ErrorPages load() {
    return parse(document());
  }

  /** Whether a code has a page. Quicker than reading them all. */
  static boolean isKnown(String code) {
    String heading = "\n### " + code;
    String document = document();
    return document.contains(heading + "\n") || document.contains(heading + " (");
  }

  private static String document() {
    try (InputStream in = ErrorPages.class.getResourceAsStream(DOCUMENT)) {
      if (in == null) {
        throw new IllegalStateException("resource: no " + DOCUMENT + " in the jar");
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads pages.
   *
   * @throws IllegalArgumentException if one says less or more than it should, naming it
   */
  static ErrorPages parse(String document) {
    ErrorPages read = new ErrorPages();
    String group = "";
    // What stands before a heading isn't told apart from it by a blank line, so split before each.
    for (String section : document.split("(?m)^(?=###? )")) {
      String heading = section.lines().findFirst().orElse("");
      Matcher code = CODE.matcher(heading);
      Matcher groupHeading = GROUP.matcher(heading);
      if (code.matches()) {
        read.add(page(group, code, section.substring(heading.length())));
      } else if (groupHeading.matches()) {
        group = groupHeading.group(1);
      }
    }
    return read;
  }

  private static ErrorPage page(String group, Matcher heading, String text) {
    StringBuilder means = new StringBuilder();
    Map<String, String> points = new LinkedHashMap<>();
    for (String line : text.lines().toList()) {
      Matcher point = POINT.matcher(line);
      if (point.matches()) {
        points.put(point.group(1), point.group(2).strip());
      } else if (!line.isBlank()) {
        means.append(means.length() == 0 ? "" : " ").append(line.strip());
      }
    }
    if (means.length() == 0 || !points.keySet().equals(POINTS)) {
      throw new IllegalArgumentException(
          heading.group(1) + ": " + points.keySet() + " (expected: a text, and all of " + POINTS);
    }
    return new ErrorPage(
        heading.group(1),
        heading.group(2) == null ? null : Integer.valueOf(heading.group(2)),
        group,
        means.toString(),
        points.getOrDefault("Probably", ""),
        points.getOrDefault("Do", ""),
        points.getOrDefault("Again", ""),
        points.getOrDefault("Example", "").replace("`", ""));
  }

  private void add(ErrorPage page) {
    if (pages.put(page.code(), page) != null) {
      throw new IllegalArgumentException(page.code() + ": two pages (expected: one)");
    }
  }

  /** All pages by their codes, in the document's order. */
  Map<String, ErrorPage> all() {
    return pages;
  }

  /**
   * The page of a code, in any case and with dashes for underscores if you like, or of a number of
   * the wire; null if there is none.
   */
  @Nullable ErrorPage find(String typed) {
    ErrorPage page = pages.get(canonical(typed));
    if (page != null) {
      return page;
    }
    return pages.values().stream()
        .filter(each -> typed.equals(String.valueOf(each.number())))
        .findFirst()
        .orElse(null);
  }

  /** The form in which codes are written. */
  static String canonical(String typed) {
    return typed.strip().toUpperCase(Locale.ROOT).replace('-', '_');
  }
}
