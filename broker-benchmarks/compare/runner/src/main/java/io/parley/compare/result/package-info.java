/**
 * Owns what is kept of each run: values, and the file of one JSON object a line that they are in.
 *
 * <p>Thread: any; values don't change.
 *
 * <p>Must not know: any product, or how results are shown.
 */
@NullMarked
package io.parley.compare.result;

import org.jspecify.annotations.NullMarked;
