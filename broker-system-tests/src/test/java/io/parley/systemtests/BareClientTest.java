package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.client.ParleyClient;
import io.parley.protocol.ProtocolVersion;
import io.parley.testkit.EmbeddedBroker;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client where its users have nothing but what it brings: no Micrometer, Jackson or SLF4J. */
class BareClientTest {
  @Test
  void shouldSendHandleAndAskWithNettyAlone(@TempDir Path folder) throws Exception {
    Path output = folder.resolve("output");
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  String.join(File.pathSeparator, classPath()),
                  BareClient.class.getName(),
                  broker.uri())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      try {
        assertThat(process.waitFor(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        String said = Files.readString(output);
        assertThat(said).endsWith("DONE COMPLETED, lantern, of 536365\n");
        assertThat(said).doesNotContain("NoClassDefFoundError");
        assertThat(process.exitValue()).isZero();
      } finally {
        process.destroyForcibly();
      }
    }
  }

  /** The client, the protocol, Netty, and the program. */
  private static List<String> classPath() throws URISyntaxException {
    List<String> entries = new ArrayList<>();
    for (Class<?> type : List.of(ParleyClient.class, ProtocolVersion.class, BareClient.class)) {
      entries.add(
          Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
    }
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (Path.of(entry).getFileName().toString().startsWith("netty-")) {
        entries.add(entry);
      }
    }
    return entries;
  }
}
