package io.parley.server.admin;

import io.parley.protocol.model.MessageKind;
import org.jspecify.annotations.Nullable;

/**
 * A type to declare.
 *
 * @param name the type's name
 * @param kind its one kind for ever
 * @param owner for a command type the service that will handle it; null to leave it open
 */
public record TypeDeclaration(String name, MessageKind kind, @Nullable String owner) {}
