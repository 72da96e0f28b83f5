package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.client.ParleyClient;
import io.parley.load.LoadRun;
import io.parley.load.broker.Kind;
import io.parley.load.parley.ParleyTarget;
import io.parley.load.report.LoadReport;
import io.parley.load.report.TrafficReport;
import io.parley.load.workload.Workloads;
import io.parley.testkit.EmbeddedBroker;
import io.parley.testkit.ParleyExtension;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Every workload that comes with Parley, made small, against a real broker. */
@ExtendWith(ParleyExtension.class)
class WorkloadsTest {
  static final List<String> NAMES = Workloads.NAMES;

  @ParameterizedTest
  @FieldSource("NAMES")
  void shouldFindNothingWrong(String name, EmbeddedBroker broker) throws Exception {
    Map<String, String> small = new HashMap<>();
    if (name.equals("backlog")) {
      small.put("messages", "2000");
    } else {
      small.putAll(Map.of("warmup", "50ms", "duration", "250ms"));
    }
    if (name.equals("many-queues")) {
      small.put("queues", "20");
    }

    LoadReport report =
        new LoadRun(
                Workloads.named(name, small),
                () ->
                    new ParleyTarget(
                        () -> ParleyClient.builder().uri(broker.uri()),
                        Map.of("uri", broker.uri())))
            .run();

    assertThat(report.isCorrect()).isTrue();
    for (TrafficReport traffic : report.traffic()) {
      assertThat(traffic.failures()).isEmpty();
      assertThat(traffic.unconfirmed()).isZero();
      assertThat(traffic.confirmed()).isPositive().isEqualTo(traffic.sent());
      assertThat(traffic.confirm().count()).isPositive();
      if (traffic.traffic().kind() != Kind.QUERIES) {
        int inboxes = Math.max(1, traffic.traffic().subscriptions());
        assertThat(traffic.received()).isEqualTo(traffic.confirmed() * inboxes);
      }
    }
  }
}
