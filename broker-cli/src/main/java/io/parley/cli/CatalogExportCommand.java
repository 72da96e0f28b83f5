package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.JsonObject;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code parley catalog export}. */
@Command(
    name = "export",
    description = {
      "Write the catalogue for other tools: as AsyncAPI 3.0, in JSON.",
      "",
      "Each type is a channel; who owns, subscribes, sends, publishes, asks or answers it is an",
      "operation. Payloads aren't described: the broker doesn't look into them."
    },
    footer = {"", "Examples:", "  parley catalog export --format asyncapi | jq .operations"})
final class CatalogExportCommand implements Callable<Integer> {
  enum Format {
    ASYNCAPI
  }

  private final CliContext context;

  @Option(names = "--format", paramLabel = "asyncapi", description = "The only one: asyncapi.")
  private Format format = Format.ASYNCAPI;

  CatalogExportCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    JsonObject catalog = context.admin().get("/catalog");
    switch (format) {
      case ASYNCAPI -> context.output().json(AsyncApi.of(catalog, context.broker()));
    }
    return ExitCode.OK;
  }
}
