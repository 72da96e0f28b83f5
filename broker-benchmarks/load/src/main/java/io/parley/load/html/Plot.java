package io.parley.load.html;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A drawing of curves over an axis, as SVG. Colours come from the page, by class. */
final class Plot {
  private static final int WIDTH = 960;
  private static final int HEIGHT = 280;
  private static final int LEFT = 66;
  private static final int RIGHT = 30;
  private static final int TOP = 14;
  private static final int BOTTOM = 34;

  private final Scale x;
  private final Scale y;
  private final StringBuilder under = new StringBuilder();
  private final StringBuilder over = new StringBuilder();

  /** A point, and what is told when somebody points at it; empty for nothing. */
  record Point(double x, double y, String told) {}

  Plot(Scale x, Scale y) {
    this.x = x;
    this.y = y;
  }

  /** Shades a part of the axis and names it. */
  Plot band(double from, double to, String name) {
    under.append(
        format(
            "<rect class='band' x='%.1f' y='%d' width='%.1f' height='%d'/>"
                + "<text class='name' x='%.1f' y='%d'>%s</text>",
            atX(from),
            TOP,
            Math.max(0, atX(to) - atX(from)),
            HEIGHT - TOP - BOTTOM,
            atX(from) + 6,
            TOP + 14,
            Page.escaped(name)));
    return this;
  }

  /** Draws a curve. */
  Plot curve(String cssClass, List<Point> points) {
    if (points.isEmpty()) {
      return this;
    }
    StringBuilder path = new StringBuilder();
    for (Point point : points) {
      path.append(path.length() == 0 ? "M" : "L");
      path.append(format("%.1f %.1f", atX(point.x), atY(point.y)));
    }
    over.append(format("<path class='curve %s' d='%s'/>", cssClass, path));
    return this;
  }

  /** Shades what is below a curve. */
  Plot area(String cssClass, List<Point> points) {
    List<Point> outline = new ArrayList<>(points);
    if (!points.isEmpty()) {
      outline.add(new Point(points.get(points.size() - 1).x, 0, ""));
      outline.add(new Point(points.get(0).x, 0, ""));
      StringBuilder path = new StringBuilder();
      for (Point point : outline) {
        path.append(path.length() == 0 ? "M" : "L");
        path.append(format("%.1f %.1f", atX(point.x), atY(point.y)));
      }
      under.append(format("<path class='area %s' d='%sZ'/>", cssClass, path));
    }
    return this;
  }

  /** Marks points that tell something. */
  Plot marks(String cssClass, List<Point> points) {
    for (Point point : points) {
      over.append(
          format(
              "<circle class='mark %s' cx='%.1f' cy='%.1f' r='3.5'><title>%s</title></circle>",
              cssClass, atX(point.x), atY(point.y), Page.escaped(point.told)));
    }
    return this;
  }

  /** Lets a stretch of the axis tell something, over the whole height. */
  Plot tell(double from, double to, String told) {
    over.append(
        format(
            "<rect class='tell' x='%.1f' y='%d' width='%.1f' height='%d'><title>%s</title></rect>",
            atX(from),
            TOP,
            Math.max(1, atX(to) - atX(from)),
            HEIGHT - TOP - BOTTOM,
            Page.escaped(told)));
    return this;
  }

  /** The drawing. */
  String svg(String name) {
    StringBuilder svg = new StringBuilder();
    svg.append(
        format(
            "<svg class='plot' viewBox='0 0 %d %d' role='img' aria-label='%s'>",
            WIDTH, HEIGHT, Page.escaped(name)));
    svg.append(under);
    for (Scale.Tick tick : y.ticks()) {
      svg.append(
          format(
              "<line class='grid' x1='%d' x2='%d' y1='%.1f' y2='%.1f'/>"
                  + "<text class='tick' x='%d' y='%.1f' text-anchor='end'>%s</text>",
              LEFT,
              WIDTH - RIGHT,
              atY(tick.value()),
              atY(tick.value()),
              LEFT - 8,
              atY(tick.value()) + 4,
              Page.escaped(tick.label())));
    }
    for (Scale.Tick tick : x.ticks()) {
      svg.append(
          format(
              "<line class='grid' x1='%.1f' x2='%.1f' y1='%d' y2='%d'/>"
                  + "<text class='tick' x='%.1f' y='%d' text-anchor='middle'>%s</text>",
              atX(tick.value()),
              atX(tick.value()),
              TOP,
              HEIGHT - BOTTOM,
              atX(tick.value()),
              HEIGHT - BOTTOM + 18,
              Page.escaped(tick.label())));
    }
    return svg.append(over).append("</svg>").toString();
  }

  private double atX(double value) {
    return LEFT + clamped(x.position(value)) * (WIDTH - LEFT - RIGHT);
  }

  private double atY(double value) {
    return HEIGHT - BOTTOM - clamped(y.position(value)) * (HEIGHT - TOP - BOTTOM);
  }

  private static double clamped(double position) {
    return Math.max(0, Math.min(1, position));
  }

  private static String format(String form, Object... values) {
    return String.format(Locale.ROOT, form, values);
  }
}
