package io.parley.systemtests.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The protocol's golden bytes, as inputs to begin with. */
final class GoldenFiles {
  private static final String PLACE = "broker-protocol/src/test/resources/golden";

  private GoldenFiles() {}

  static List<byte[]> read(Predicate<String> name) throws IOException {
    Path here = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(here.resolve(PLACE))) {
      here = here.getParent();
    }
    try (Stream<Path> files = Files.list(here.resolve(PLACE))) {
      return files
          .filter(file -> name.test(file.getFileName().toString()))
          .sorted()
          .map(GoldenFiles::bytes)
          .toList();
    }
  }

  private static byte[] bytes(Path file) {
    try {
      String text = Files.readString(file).replaceAll("(?m)#.*$", "").replaceAll("\\s", "");
      return HexFormat.of().parseHex(text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
