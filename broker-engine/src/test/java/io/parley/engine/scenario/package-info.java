/**
 * Stories a reader can follow without Java: scripts of what is done and what comes of it.
 *
 * <p>One test thread. Must not know how the engine keeps its state.
 */
@org.jspecify.annotations.NullMarked
package io.parley.engine.scenario;
