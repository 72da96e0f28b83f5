package io.parley.examples.retail.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.parley.examples.retail.demo.Reconciliation.Mismatch;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Mismatch MISMATCH = new Mismatch("revenue of France", "1234.5", "1234.501");

  @Test
  void shouldShowEveryNumberToPeople() {
    String text = String.join("\n", report("1234.50", List.of(), 0).toLines());

    assertThat(text)
        .contains("day.csv: 3,108 rows, 143 invoices, in 4.2 s")
        .containsPattern("sent +3,251\n")
        .containsPattern("completed +2,095\n")
        .containsPattern("rejected FORBIDDEN +1,146\n")
        .containsPattern("redelivered +17\n")
        .containsPattern("settles refused: LEASE_LOST +2\n")
        .containsPattern("billing +127 +3\n")
        .containsPattern("404 +40\n")
        .containsPattern("broker killed +1\n")
        .containsPattern("ms until ready again +950\n")
        .containsPattern("France +1,234.50 +1,234.50\n")
        .contains("Everything reconciles: 9,999 checks, no mismatch.")
        .doesNotContain("DIFFERENT");
  }

  @Test
  void shouldShowWhatDiffers() {
    String text = String.join("\n", report("1234.501", List.of(MISMATCH), 60).toLines());

    assertThat(text)
        .containsPattern("France +1,234.50 +1,234.501  DIFFERENT\n")
        .contains("60 of 9,999 checks failed:")
        .contains("revenue of France: 1234.501 (expected: 1234.5)")
        .contains("… and 59 more")
        .doesNotContain("Everything reconciles");
  }

  @Test
  void shouldBeJsonForPrograms() throws IOException {
    JsonNode good = new ObjectMapper().readTree(report("1234.50", List.of(), 0).toJson());
    JsonNode bad = new ObjectMapper().readTree(report("1234.501", List.of(MISMATCH), 1).toJson());

    assertThat(good.at("/reconciled").asBoolean()).isTrue();
    assertThat(good.at("/commands/rejected/FORBIDDEN").asLong()).isEqualTo(1_146);
    assertThat(good.at("/inboxes/0/duplicatesSuppressed").asLong()).isEqualTo(3);
    assertThat(good.at("/queries/404").asLong()).isEqualTo(40);
    assertThat(good.at("/revenue/0/agrees").asBoolean()).isTrue();
    assertThat(good.at("/revenue/0/file").asText()).isEqualTo("1234.5");
    assertThat(bad.at("/reconciled").asBoolean()).isFalse();
    assertThat(bad.at("/revenue/0/agrees").asBoolean()).isFalse();
    assertThat(bad.at("/mismatches/0/expected").asText()).isEqualTo("1234.5");
  }

  private static Report report(String analytics, List<Mismatch> mismatches, long mismatchCount) {
    return new Report(
        new Report.File("day.csv", 3_108, 143),
        4_200,
        new Report.Commands(
            3_251, 2_095, Map.of("FORBIDDEN", 1_146L), Map.of(), 17, Map.of("LEASE_LOST", 2L)),
        List.of(new Report.Inbox("billing", 127, 3)),
        Map.of("404", 40L),
        new Report.Broker(1, 950, 1),
        List.of(new Report.Revenue("France", new BigDecimal("1234.5"), new BigDecimal(analytics))),
        9_999,
        mismatches,
        mismatchCount);
  }
}
