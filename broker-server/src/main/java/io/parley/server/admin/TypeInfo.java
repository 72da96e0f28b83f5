package io.parley.server.admin;

import io.parley.protocol.model.MessageKind;
import org.jspecify.annotations.Nullable;

/**
 * A type as an operator sees it.
 *
 * @param name the type's name
 * @param kind its one kind for ever
 * @param owner the service that handles it; null where there is none
 * @param queue the queue that owns it; null unless it's an owned command type
 */
public record TypeInfo(
    String name, MessageKind kind, @Nullable String owner, @Nullable String queue) {}
