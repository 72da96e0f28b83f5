package io.parley.examples.retail;

import java.math.BigDecimal;
import java.util.List;

/** A cart with all that is in it. */
public record CartContents(CartSummary summary, List<Line> lines) {
  /** A product at a price; units are negative in a return cart. */
  public record Line(String product, long units, BigDecimal unitPrice) {}

  /** Copies the lines. */
  public CartContents {
    lines = List.copyOf(lines);
  }
}
