package io.parley.systemtests.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.server.config.BrokerConfig;
import io.parley.server.config.ConfigException;
import io.parley.server.config.ConfigLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A configuration file: it is understood, or every problem in it is said. */
final class ConfigTarget implements FuzzTarget {
  private final Path file;

  ConfigTarget() throws IOException {
    file = Scratch.directory().resolve("parley.yaml");
  }

  @Override
  public List<byte[]> seeds() throws IOException {
    Path here = Path.of("").toAbsolutePath();
    while (!Files.exists(here.resolve("config/parley.yaml"))) {
      here = here.getParent();
    }
    List<byte[]> seeds = new ArrayList<>();
    seeds.add(uncommented(Files.readString(here.resolve("config/parley.yaml"))).getBytes(UTF_8));
    for (String text :
        List.of(
            "network:\n  port: 7440\n  host: 127.0.0.1\n  heartbeat: 10s\n",
            "storage: {cache: 64MiB, write-buffer: 16 MiB}\nlimits.max-message: 1MiB\n",
            "security:\n  users: [shop:secret, 'a:b']\ntypes: {policy: declared}\n",
            "delivery:\n  lease: 30s\n  back-off-min: &a 1s\n  back-off-max: *a\n",
            "outcomes:\n  retention: 7d\ndedup:\n  window: 10m\nlog: {level: info}\n")) {
      seeds.add(text.getBytes(UTF_8));
    }
    return seeds;
  }

  /** Our file with every key it explains set, and without what it explains. */
  private static String uncommented(String file) {
    return file.replaceAll("(?m)^( +)#([a-z-]+:)", "$1$2").replaceAll("(?m)^ *#.*\n|^\n", "");
  }

  @Override
  public int maxBytes() {
    return 2_000;
  }

  @Override
  public void run(byte[] input) throws IOException {
    Files.write(file, input);
    try {
      BrokerConfig unused = ConfigLoader.load(file, Map.of(), Map.of());
    } catch (ConfigException e) {
      if (e.problems().isEmpty() || e.problems().stream().anyMatch(String::isBlank)) {
        throw new AssertionError("refused without a reason", e);
      }
    }
  }
}
