package io.parley.cli;

import io.parley.cli.console.Format;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Options every verb takes, before or after its name. */
final class GlobalOptions {
  @Option(
      names = "--uri",
      paramLabel = "URI",
      order = 100,
      scope = ScopeType.INHERIT,
      description =
          "The broker and namespace: parley://[user:password@]host[:port][/namespace]."
              + " Else PARLEY_URI, else parley://127.0.0.1:7440/default.")
  @Nullable String uri;

  @Option(
      names = "--admin",
      paramLabel = "URL",
      order = 101,
      scope = ScopeType.INHERIT,
      description =
          "The broker's HTTP address. Else PARLEY_ADMIN, else port 7441 of the URI's host.")
  @Nullable String admin;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|json",
      order = 102,
      scope = ScopeType.INHERIT,
      description = "table (for people) or json (stable, for programs).")
  Format format = Format.TABLE;

  @Option(
      names = "--verbose",
      order = 103,
      scope = ScopeType.INHERIT,
      description = "Show where an error came from.")
  boolean verbose;

  @Option(
      names = {"-h", "--help"},
      order = 104,
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show help, of the verb before it if there is one.")
  boolean help;

  @Option(
      names = {"-V", "--version"},
      order = 105,
      versionHelp = true,
      description = "Show the version.")
  boolean version;
}
