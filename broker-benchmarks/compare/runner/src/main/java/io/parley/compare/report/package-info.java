/**
 * Owns how results are shown: tables in Markdown, a plot in SVG.
 *
 * <p>Thread: the caller's.
 *
 * <p>Must not know: any product, or how results come about.
 */
@NullMarked
package io.parley.compare.report;

import org.jspecify.annotations.NullMarked;
