/**
 * Owns a report as one HTML page, with plots drawn here: nothing is loaded from anywhere.
 *
 * <p>Thread: any.
 *
 * <p>Must not know: how load is made, or verbs.
 */
@NullMarked
package io.parley.load.html;

import org.jspecify.annotations.NullMarked;
