package io.parley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.cli.console.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong before a broker is started; the demo itself is a system test. */
class DemoCommandTest {
  @TempDir Path folder;

  @Test
  void shouldRefuseFewerThanOneInstance() {
    CliRun run = CliRun.of("demo", "--instances", "0");

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("instances: 0 (expected: 1 to 100)");
  }

  @Test
  void shouldSayThatThereIsNoSuchFile() {
    Path missing = folder.resolve("2011-12-24.csv");

    CliRun run = CliRun.of("demo", "--data", missing.toString());

    assertThat(run.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(run.err()).contains(missing.toString()).contains("Leave --data out");
  }

  @Test
  void shouldSayWhichColumnsAreExpected() throws IOException {
    Path other = Files.writeString(folder.resolve("other.csv"), "name,price\ntea,1\n");

    CliRun run = CliRun.of("demo", "--data", other.toString());

    assertThat(run.exitCode()).isEqualTo(ExitCode.DATA);
    assertThat(run.err()).contains("other.csv: columns [name, price]").contains("InvoiceNo");
  }

  @Test
  void shouldSayThatAFolderIsNoFile() {
    CliRun run = CliRun.of("demo", "--data", folder.toString());

    assertThat(run.exitCode()).isEqualTo(ExitCode.IO);
    assertThat(run.err()).contains("data: can't be read");
    assertThat(run.out()).isEmpty();
  }
}
