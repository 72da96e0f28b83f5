package io.parley.cli.console;

/** How results are written to stdout. */
public enum Format {
  /** For people: aligned, may change. */
  TABLE,
  /** For programs: stable, as docs/cli.md says. */
  JSON
}
