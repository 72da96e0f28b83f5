package io.parley.server.admin;

/**
 * A namespace as an operator sees it.
 *
 * @param name its name
 * @param bytes of all messages it holds, retained events included, each once
 * @param maxBytes how many it may hold
 * @param limited whether that is set for it alone
 */
public record NamespaceInfo(String name, long bytes, long maxBytes, boolean limited) {}
