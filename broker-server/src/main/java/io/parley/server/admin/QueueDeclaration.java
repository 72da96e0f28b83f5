package io.parley.server.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A queue to make.
 *
 * @param name the queue's name
 * @param service whose it is; null for the service of that name
 * @param types the command types that it owns; none is fine
 */
public record QueueDeclaration(String name, @Nullable String service, List<String> types) {}
