/**
 * One commit group: its position and time, the chunk of messages it stores, and how keys and values
 * become bytes.
 *
 * <p>Owner thread only. Must not know what the messages mean.
 */
@NullMarked
package io.parley.engine.group;

import org.jspecify.annotations.NullMarked;
