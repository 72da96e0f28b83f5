package io.parley.examples.retail;

import java.math.BigDecimal;

/**
 * A cart in a list of carts.
 *
 * @param lines products at a price
 * @param units of all products; negative for a return cart
 * @param total pounds; negative for a return cart
 */
public record CartSummary(
    String cart,
    String customer,
    String country,
    boolean checkedOut,
    int lines,
    long units,
    BigDecimal total) {}
