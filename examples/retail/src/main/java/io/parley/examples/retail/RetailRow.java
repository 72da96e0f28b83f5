package io.parley.examples.retail;

/**
 * One line of a retail file: text as it stands there; what is absent is empty.
 *
 * @param line where it starts, from 2 (the heading is line 1)
 * @param lastOfInvoice whether no later row of the file has the same invoice
 */
public record RetailRow(
    int line,
    String invoice,
    String product,
    String description,
    String quantity,
    String unitPrice,
    String customer,
    String country,
    boolean lastOfInvoice) {}
