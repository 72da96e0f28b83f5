package io.parley.server.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.operation.Result;
import io.parley.engine.outcome.OutcomeLedger;
import io.parley.engine.store.StoreException;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.protocol.model.Payload;
import io.parley.protocol.model.Settlement;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServerMetricsTest {
  private static final Path DOCUMENTATION = Path.of("..", "docs", "metrics.md");

  private final ServerMetrics metrics = new ServerMetrics();
  private final Depths admin = new Depths();

  @AfterEach
  void close() {
    metrics.close();
  }

  @Test
  void shouldShowEveryDocumentedMetricWithItsTypeAndHelp() throws IOException {
    wireEverything();

    String text = scrape();

    assertThat(MeterName.values())
        .allSatisfy(
            name -> {
              String type =
                  switch (name.kind()) {
                    case COUNTER -> "counter";
                    case GAUGE -> "gauge";
                    case TIMER -> "histogram";
                  };
              assertThat(text)
                  .contains("# HELP " + name.scraped() + " " + name.help() + "\n")
                  .contains("# TYPE " + name.scraped() + " " + type + "\n");
              assertThat(labelsOf(text, name)).as(name.scraped()).isEqualTo(name.labels());
            });
  }

  @Test
  void shouldDocumentEveryMetric() throws IOException {
    List<String> rows =
        Files.readAllLines(DOCUMENTATION).stream()
            .filter(line -> line.startsWith("| `parley_"))
            .toList();

    assertThat(rows)
        .containsExactlyElementsOf(
            List.of(MeterName.values()).stream()
                .map(
                    name ->
                        "| `%s` | %s | %s | %s |"
                            .formatted(
                                name.scraped(),
                                name.kind().name().toLowerCase(Locale.ROOT),
                                name.labels().stream()
                                    .map(label -> "`" + label + "`")
                                    .collect(Collectors.joining(", ")),
                                name.help()))
                .toList());
  }

  @Test
  void shouldShowWhatTheJvmUses() throws IOException {
    assertThat(scrape())
        .contains("jvm_memory_used_bytes{", "jvm_gc_", "process_cpu_usage", "process_files_open");
  }

  @Test
  void shouldCountMessagesByKindAndRefusalsByCode() throws IOException {
    metrics.engine().received(MessageKind.COMMAND, 10);
    metrics.engine().received(MessageKind.QUERY, 1);
    metrics
        .engine()
        .confirmed(
            MessageKind.COMMAND,
            8,
            List.of(
                new Result.Refusal(0, 0, ErrorCode.OWNED_BY, "a"),
                new Result.Refusal(1, 0, ErrorCode.OWNED_BY, "b")));
    metrics.engine().delivered(7);

    assertThat(scrape())
        .contains("parley_messages_received_total{kind=\"command\"} 10.0\n")
        .contains("parley_messages_received_total{kind=\"event\"} 0.0\n")
        .contains("parley_messages_confirmed_total{kind=\"command\"} 8.0\n")
        .contains("parley_refusals_total{code=\"OWNED_BY\"} 2.0\n")
        .contains("parley_refusals_total{code=\"LEASE_LOST\"} 0.0\n")
        .contains("parley_deliveries_total 7.0\n");
  }

  @Test
  void shouldCountSettledMessagesWithoutTheRefusedOnes() throws IOException {
    metrics
        .engine()
        .settled(
            List.of(
                new Settlement.Complete(1, 1, 100),
                new Settlement.CompleteWith(1, 101, null, MessageBatch.EMPTY),
                new Settlement.Reject(1, 102, "FORBIDDEN", ""),
                new Settlement.Fail(1, 103, false, "X", "", -1),
                new Settlement.Release(1, 104, 5),
                new Settlement.Extend(1, 109, 6, 1_000)),
            List.of(
                new Result.Refusal(0, 3, ErrorCode.LEASE_LOST, ""),
                new Result.Refusal(0, 4, ErrorCode.LEASE_LOST, ""),
                new Result.Refusal(2, 102, ErrorCode.NOT_REJECTABLE, "")));

    assertThat(scrape())
        .contains("parley_settles_total{verdict=\"complete\"} 99.0\n")
        .contains("parley_settles_total{verdict=\"reject\"} 0.0\n")
        .contains("parley_settles_total{verdict=\"fail\"} 1.0\n")
        .contains("parley_settles_total{verdict=\"release\"} 5.0\n")
        .contains("parley_settles_total{verdict=\"extend\"} 6.0\n")
        .contains("parley_refusals_total{code=\"LEASE_LOST\"} 2.0\n");
  }

  @Test
  void shouldSumUpCommittedGroups() throws IOException {
    metrics.engine().committed(3, 1_000, 50_000, TimeUnit.MILLISECONDS.toNanos(3));
    metrics.engine().committed(1, 24, 50_000, TimeUnit.MILLISECONDS.toNanos(7));
    metrics.engine().unavailable(new StoreException("disk full"));
    metrics
        .engine()
        .outcomes(
            List.of(
                new OutcomeLedger.Entry(
                    new MessageId(1, 2),
                    new Outcome(OutcomeStatus.REJECTED, "FORBIDDEN", "", Payload.EMPTY, 1))));

    assertThat(scrape())
        .contains("parley_group_commit_seconds_count 2\n")
        .contains("parley_group_commit_seconds_sum 0.01\n")
        .contains("parley_group_commit_seconds_bucket{le=\"0.005\"} 1\n")
        .contains("parley_group_operations_total 4.0\n")
        .contains("parley_group_bytes_total 1024.0\n")
        .contains("parley_store_failures_total 1.0\n")
        .contains("parley_outcomes_total{status=\"REJECTED\"} 1.0\n");
  }

  @Test
  void shouldShowHowFullQueuesAndInboxesAre() throws IOException {
    metrics.destinations(admin.api());
    admin.addQueue("cart", 5);
    admin.addSubscription("cart", 7);

    assertThat(scrape())
        .contains(depth("queue", "cart", "ready", 5))
        .contains(depth("queue", "cart", "leased", 1))
        .contains(depth("queue", "cart", "delayed", 2))
        .contains(depth("queue", "cart", "dead", 3))
        .contains(depth("inbox", "cart", "ready", 7))
        .contains(
            "parley_destination_consumers{destination=\"cart\",kind=\"queue\","
                + "namespace=\"default\"} 4.0\n")
        .contains(
            "parley_destination_unattended_seconds{destination=\"cart\",kind=\"inbox\","
                + "namespace=\"default\"} 18000.0\n");
  }

  @Test
  void shouldSumUpDestinationsBeyondTheFirstThousand() throws IOException {
    metrics.destinations(admin.api());
    IntStream.range(0, 1_000).forEach(i -> admin.addQueue("q" + i, 1));
    scrape();
    admin.addQueue("_other", 10);
    admin.addFirst("a-late-one", 100);

    String text = scrape();

    assertThat(text)
        .contains(depth("queue", "q0", "ready", 1))
        .contains(depth("queue", "q999", "ready", 1))
        .contains(depth("queue", "_other", "ready", 110))
        .doesNotContain("a-late-one");
    assertThat(text.lines().filter(line -> line.startsWith("parley_destination_consumers{")))
        .hasSize(1_001);
  }

  @Test
  void shouldGiveThePlaceOfADestinationThatIsGoneToAnother() throws IOException {
    metrics.destinations(admin.api());
    IntStream.range(0, 1_001).forEach(i -> admin.addQueue("q" + i, 1));
    assertThat(scrape()).doesNotContain("\"q1000\"");
    admin.removeFirst();

    assertThat(scrape()).contains("\"q1000\"").doesNotContain("\"q0\"").doesNotContain("_other");
  }

  @Test
  void shouldLeaveOutWhatCannotBeAskedForRatherThanShowOldValues() throws IOException {
    metrics.destinations(admin.api());
    admin.addQueue("cart", 5);
    assertThat(scrape()).contains("\"cart\"");
    admin.failure = new CompletableFuture<>();
    admin.failure.completeExceptionally(new IllegalStateException("no engine"));

    assertThat(scrape()).doesNotContain("\"cart\"").contains("parley_deliveries_total");
  }

  @Test
  void shouldNotWaitForeverForAnOwnerThread() throws IOException {
    metrics.destinations(admin.api());
    admin.failure = new CompletableFuture<>();

    assertThat(scrape()).contains("parley_deliveries_total");
  }

  @Test
  void shouldShowNoStoreGaugesWhileTheStoreCannotBeAsked() throws IOException {
    List<Boolean> isOpen = new ArrayList<>(List.of(true));
    metrics.store(
        values -> {
          if (!isOpen.get(0)) {
            throw new StoreException("closed");
          }
          values.accept(MeterName.STORE_CACHE, 17);
        });

    assertThat(scrape()).contains("parley_store_cache_bytes 17.0\n");
    isOpen.set(0, false);
    assertThat(scrape())
        .doesNotContain("parley_store_cache_bytes")
        .contains("parley_deliveries_total");
  }

  @Test
  void shouldShowReadiness() throws IOException {
    String[] reason = {null};
    metrics.readiness(() -> reason[0]);
    metrics.clockOffset(() -> 0);

    assertThat(scrape()).contains("parley_ready 1.0\n");
    reason[0] = "disk full";
    assertThat(scrape()).contains("parley_ready 0.0\n");
  }

  private void wireEverything() {
    metrics.readiness(() -> null);
    metrics.clockOffset(() -> 0);
    metrics.diskFree(() -> 1);
    metrics.engine().leasesExpired(() -> 1);
    metrics.engine().messagesExpired(() -> 1);
    metrics.engine().inFlight(() -> 2);
    metrics
        .network()
        .connections(() -> 1, () -> 2, () -> 3)
        .memory(() -> 1, () -> 2, () -> 3)
        .bytes(() -> 4, () -> 5)
        .frames(() -> 6, () -> 7, () -> 8);
    metrics
        .queries()
        .asked(() -> 1, () -> 2)
        .ended("ANSWERED", () -> 3)
        .ended("NO_RESPONDER", () -> 4)
        .pages(() -> 7)
        .now(() -> 5, () -> 6);
    metrics.store(
        values -> {
          for (MeterName name : MeterName.values()) {
            if (name.name().startsWith("STORE_") && name.kind() == MeterName.Kind.GAUGE) {
              values.accept(name, 1);
            }
          }
        });
    admin.addQueue("cart", 1);
    metrics.destinations(admin.api());
  }

  private String scrape() throws IOException {
    metrics.refresh().toCompletableFuture().join();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    metrics.scrape(out);
    return out.toString(UTF_8);
  }

  private static String depth(String kind, String name, String state, int messages) {
    return "parley_destination_messages{destination=\"%s\",kind=\"%s\",namespace=\"default\",state=\"%s\"} %d.0\n"
        .formatted(name, kind, state, messages);
  }

  /** In the order of the name's declaration, of the first value. */
  private static List<String> labelsOf(String text, MeterName name) {
    String suffix = name.kind() == MeterName.Kind.TIMER ? "_count" : "";
    String line =
        text.lines()
            .filter(
                each ->
                    each.startsWith(name.scraped() + suffix + " ")
                        || each.startsWith(name.scraped() + suffix + "{"))
            .findFirst()
            .orElseThrow();
    return name.labels().stream().filter(label -> line.contains(label + "=\"")).toList();
  }
}
