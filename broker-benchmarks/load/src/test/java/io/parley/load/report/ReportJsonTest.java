package io.parley.load.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ReportJsonTest {
  /** Fields that programs rely on: one more is fine, one less is not. */
  @Test
  void shouldHaveEveryField() throws IOException {
    assertThat(paths(ReportJson.text(Reports.full())))
        .containsExactlyInAnyOrder(
            "backlog.between",
            "backlog.betweenSeconds",
            "backlog.drainPerSecond",
            "backlog.drainSeconds",
            "backlog.fillPerSecond",
            "backlog.fillSeconds",
            "backlog.firstDeliverySeconds",
            "backlog.messages",
            "correct",
            "costs.broker.cores",
            "costs.broker.cpuSecondsPer1000",
            "costs.broker.disk",
            "costs.broker.diskFlushesPerSecond",
            "costs.broker.peakRssBytes",
            "costs.broker.pid",
            "costs.broker.rssBytes",
            "costs.broker.writtenBytes",
            "costs.broker.writtenPerPayloadByte",
            "costs.clientCores",
            "costs.clientCpuSecondsPer1000",
            "costs.messages",
            "costs.otherCores",
            "costs.phase",
            "costs.seconds",
            "machine.cores",
            "machine.cpu",
            "machine.java",
            "machine.memoryBytes",
            "machine.system",
            "measuredSeconds",
            "startedAt",
            "target.product",
            "traffic.answerBytes",
            "traffic.confirm.count",
            "traffic.confirm.curve",
            "traffic.confirm.maxMicros",
            "traffic.confirm.meanMicros",
            "traffic.confirm.minMicros",
            "traffic.confirm.p50Micros",
            "traffic.confirm.p90Micros",
            "traffic.confirm.p99Micros",
            "traffic.confirm.p999Micros",
            "traffic.confirm.p9999Micros",
            "traffic.confirmed",
            "traffic.confirmedPerSecond",
            "traffic.consumers",
            "traffic.connections",
            "traffic.credit",
            "traffic.damaged",
            "traffic.duplicates",
            "traffic.endToEnd.count",
            "traffic.endToEnd.curve",
            "traffic.endToEnd.maxMicros",
            "traffic.endToEnd.meanMicros",
            "traffic.endToEnd.minMicros",
            "traffic.endToEnd.p50Micros",
            "traffic.endToEnd.p90Micros",
            "traffic.endToEnd.p99Micros",
            "traffic.endToEnd.p999Micros",
            "traffic.endToEnd.p9999Micros",
            "traffic.failures.QUOTA_EXCEEDED",
            "traffic.keys",
            "traffic.kind",
            "traffic.lateness",
            "traffic.lateness.count",
            "traffic.lateness.curve",
            "traffic.lateness.maxMicros",
            "traffic.lateness.meanMicros",
            "traffic.lateness.minMicros",
            "traffic.lateness.p50Micros",
            "traffic.lateness.p90Micros",
            "traffic.lateness.p99Micros",
            "traffic.lateness.p999Micros",
            "traffic.lateness.p9999Micros",
            "traffic.leftovers",
            "traffic.missing",
            "traffic.missingFrom.count",
            "traffic.missingFrom.destination",
            "traffic.missingFrom.examples.number",
            "traffic.missingFrom.examples.producer",
            "traffic.outOfOrder",
            "traffic.producers",
            "traffic.queues",
            "traffic.ratePerSecond",
            "traffic.received",
            "traffic.receivedPerSecond",
            "traffic.redelivered",
            "traffic.samples.confirmP50Micros",
            "traffic.samples.confirmP99Micros",
            "traffic.samples.confirmedPerSecond",
            "traffic.samples.endToEndP50Micros",
            "traffic.samples.endToEndP99Micros",
            "traffic.samples.fromSeconds",
            "traffic.samples.phase",
            "traffic.samples.receivedPerSecond",
            "traffic.samples.toSeconds",
            "traffic.samples.waiting",
            "traffic.sent",
            "traffic.sizeBytes",
            "traffic.subscriptions",
            "traffic.unconfirmed",
            "traffic.unsent",
            "traffic.window",
            "traffic.wrongAnswers",
            "workload.backlog",
            "workload.description",
            "workload.drainSeconds",
            "workload.durationSeconds",
            "workload.name",
            "workload.warmupSeconds");
  }

  @Test
  void shouldSayNumbersInTheUnitsOfTheirNames() {
    String json = ReportJson.text(Reports.full());

    assertThat(json)
        .contains("\"correct\" : false", "\"missing\" : 1,", "\"missing\" : 0,")
        .contains("\"startedAt\" : \"2025-11-23T10:03:11Z\"", "\"pid\" : 42")
        .contains("\"p50Micros\" : 500", "\"cpuSecondsPer1000\" : 0.5")
        .contains("\"writtenPerPayloadByte\" : 2", "\"diskFlushesPerSecond\" : 150")
        .contains("\"confirmedPerSecond\" : [ 900, 1000, 1100 ]");
  }

  /** Names of all values, joined by dots; lists have no names of their own. */
  private static TreeSet<String> paths(String json) throws IOException {
    TreeSet<String> paths = new TreeSet<>();
    List<String> path = new ArrayList<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.FIELD_NAME) {
          path.add(parser.currentName());
          JsonToken value = parser.nextToken();
          if (value.isScalarValue()) {
            paths.add(String.join(".", path));
            path.remove(path.size() - 1);
          }
        } else if (token.isScalarValue()) {
          paths.add(String.join(".", path));
        } else if (token.isStructEnd()
            && parser.getParsingContext().inObject()
            && !path.isEmpty()) {
          path.remove(path.size() - 1);
        }
      }
    }
    return paths;
  }
}
