package io.parley.examples.retail.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BrokerProcessTest {

  @Test
  void shouldStartAgainOnWhatTheKilledOneLeft() throws IOException, InterruptedException {
    try (BrokerProcess broker = BrokerProcess.start(fakeBroker())) {
      assertThat(broker.admin().queue("cart")).isEqualTo(new BrokerAdmin.Depth(111, 5));

      broker.kill();
      assertThat(broker.admin().isReady()).isFalse();
      assertThatThrownBy(broker::requireAlive).isInstanceOf(BrokerFailedException.class);

      broker.startAgain();
      broker.requireAlive();
      assertThat(broker.admin().queue("cart")).isEqualTo(new BrokerAdmin.Depth(112, 5));
    }
  }

  @Test
  void shouldLeaveNeitherProcessNorDirectoryBehind() throws IOException, InterruptedException {
    BrokerProcess broker = BrokerProcess.start(fakeBroker());
    Path directory = broker.directory();
    assertThat(directory).isNotEmptyDirectory();

    broker.close();

    assertThat(broker.admin().isReady()).isFalse();
    assertThat(directory).doesNotExist();
  }

  @Test
  void shouldTellTheExitCodeAfterSigterm() throws IOException, InterruptedException {
    try (BrokerProcess broker = BrokerProcess.start(fakeBroker())) {
      assertThat(broker.stop()).as("of a JVM without a handler").isEqualTo(128 + 15);
    }
  }

  @Test
  void shouldShowTheLogOfABrokerThatDoesNotStart() {
    assertThatThrownBy(() -> BrokerProcess.start(fakeBroker("78")))
        .isInstanceOf(BrokerFailedException.class)
        .hasMessageContaining("exit code 78")
        .hasMessageContaining("a line of its log");
  }

  @Test
  void shouldRefuseAProgramThatIsNotThere() {
    assertThatThrownBy(() -> BrokerProcess.start(List.of("/no/such/program")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("/no/such/program");
  }

  private static List<String> fakeBroker(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(FakeBroker.class.getName());
    command.addAll(List.of(arguments));
    return command;
  }
}
