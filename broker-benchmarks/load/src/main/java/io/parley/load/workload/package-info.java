/**
 * Owns what a run is asked to do: the settings of a workload, and the YAML they are written in.
 *
 * <p>Thread: any; values don't change.
 *
 * <p>Must not know: brokers, how load is made, or how a report is shown.
 */
@NullMarked
package io.parley.load.workload;

import org.jspecify.annotations.NullMarked;
