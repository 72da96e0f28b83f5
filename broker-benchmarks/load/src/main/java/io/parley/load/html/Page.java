package io.parley.load.html;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** HTML in the making. Texts are escaped here, and only here. */
final class Page {
  private final StringBuilder body = new StringBuilder();

  /** A text as HTML. */
  static String escaped(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> out.append(c);
      }
    }
    return out.toString();
  }

  /** Adds HTML as it is. */
  Page html(String html) {
    body.append(html).append('\n');
    return this;
  }

  /** Adds an element that holds a text. */
  Page element(String tag, String cssClass, String text) {
    return html("<" + tag + " class='" + cssClass + "'>" + escaped(text) + "</" + tag + ">");
  }

  /** Adds a table; its first column are names, the others numbers. */
  Page table(List<String> header, List<List<String>> rows) {
    html("<div class='scroll'><table>");
    html(row("th", header));
    rows.forEach(row -> html(row("td", row)));
    return html("</table></div>");
  }

  private static String row(String tag, List<String> cells) {
    StringBuilder row = new StringBuilder("<tr>");
    for (String cell : cells) {
      row.append('<').append(tag).append('>').append(escaped(cell));
      row.append("</").append(tag).append('>');
    }
    return row.append("</tr>").toString();
  }

  /** Adds names and values, two to a line. */
  Page pairs(List<String[]> pairs) {
    html("<dl>");
    for (String[] pair : pairs) {
      html("<div><dt>" + escaped(pair[0]) + "</dt><dd>" + escaped(pair[1]) + "</dd></div>");
    }
    return html("</dl>");
  }

  /**
   * The whole page.
   *
   * @param data JSON that goes with it, for programs
   */
  String page(String title, String data) {
    return """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s</title>
        <style>
        %s</style>
        <main>
        %s</main>
        <script type="application/json" id="report">
        %s
        </script>
        </html>
        """
        .formatted(escaped(title), style(), body, data.replace("<", "\\u003c"));
  }

  private static String style() {
    try (InputStream in = Page.class.getResourceAsStream("report.css")) {
      if (in == null) {
        throw new IllegalStateException("report.css is missing in this build");
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("report.css", e);
    }
  }
}
