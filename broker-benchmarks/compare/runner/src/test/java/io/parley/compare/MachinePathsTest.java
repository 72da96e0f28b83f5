package io.parley.compare;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MachinePathsTest {
  @Test
  void shouldKeepTheLastNameOfAPath() {
    assertThat(MachinePaths.shortened("exec /home/x/bin/nats-server: gone, see '/var/log/a.log'"))
        .isEqualTo("exec nats-server: gone, see 'a.log'");
  }

  @Test
  void shouldLeaveAddressesAndRatiosAsTheyAre() {
    assertThat(MachinePaths.shortened("tcp://127.0.0.1:2/a/b, 3/4/5 of a, org/b/c"))
        .isEqualTo("tcp://127.0.0.1:2/a/b, 3/4/5 of a, org/b/c");
  }
}
