/**
 * Owns what came out of a run, as values and in the forms it is shown in: JSON and an HTML page.
 *
 * <p>Thread: any; values don't change.
 *
 * <p>Must not know: how load is made, or verbs.
 */
@NullMarked
package io.parley.load.report;

import org.jspecify.annotations.NullMarked;
