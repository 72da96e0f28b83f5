package io.parley.client;

/** A message given back untouched. */
enum Released implements CommandResult, EventResult {
  INSTANCE
}
