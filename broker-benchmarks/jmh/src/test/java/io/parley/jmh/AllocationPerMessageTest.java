package io.parley.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AllocationPerMessageTest {
  @Test
  void shouldTellWhatEachThreadAllocatesAndWhere(@TempDir Path directory) throws Exception {
    System.setProperty(WorkDirectory.PROPERTY, directory.toString());

    String printed =
        AllocationPerMessage.run(
            AllocationPerMessage.Request.of("--batch=10,100", "--messages=2000", "--sites=3"));

    assertThat(printed)
        .containsPattern("parley-default +[0-9.,]+ +[0-9.,]+\\R")
        .containsPattern("parley-network-1 +[0-9.,]+ +[0-9.,]+\\R")
        .containsPattern("Sites, batches of 100: bytes/message\\R +[0-9.,]+  parley-");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void shouldSettleEachMessageByItself(@TempDir Path directory) throws Exception {
    System.setProperty(WorkDirectory.PROPERTY, directory.toString());

    String printed =
        AllocationPerMessage.run(
            AllocationPerMessage.Request.of("--batch=50", "--messages=500", "--settle=each"));

    assertThat(printed).contains("settle each message by itself").doesNotContain("Sites");
  }

  @Test
  void shouldNameWhatItDoesNotUnderstand() {
    assertThatThrownBy(() -> AllocationPerMessage.Request.of("--bach=10"))
        .hasMessageContaining("--bach=10 (expected: --NAME=VALUE, NAME one of [batch, body,");
    assertThatThrownBy(() -> AllocationPerMessage.Request.of("--batch=0"))
        .hasMessage("--batch=0 (expected: 1 to 5000)");
    assertThatThrownBy(() -> AllocationPerMessage.Request.of("--settle=none"))
        .hasMessage("--settle=none (expected: ranges or each)");
  }
}
