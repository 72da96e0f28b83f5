package io.parley.client;

/** A command refused for good. */
record Rejected(String code, String reason) implements CommandResult {}
