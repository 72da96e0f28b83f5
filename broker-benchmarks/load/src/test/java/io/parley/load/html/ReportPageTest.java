package io.parley.load.html;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.load.report.Reports;
import org.junit.jupiter.api.Test;

class ReportPageTest {
  private final String page = ReportPage.of(Reports.full());

  @Test
  void shouldNeedNoOtherFile() {
    assertThat(page).doesNotContain("src=", "href=", "url(", "@import", "http:", "https:");
  }

  @Test
  void shouldTakeTextsForTexts() {
    assertThat(page)
        .contains("<h1 class=''>every &lt;thing&gt;</h1>", "has &quot;all&quot; &amp; more")
        .contains("\\u003c/script>\\u003cb>Fake")
        .doesNotContain("<b>Fake");
  }

  @Test
  void shouldShowPlotsTheVerdictAndWhatItCost() {
    assertThat(page)
        .contains("verdict bad", "1 confirmed message never arrived", "1 message out of order")
        .contains("Throughput over time", "Latency by percentile", "Latency over time")
        .contains("<svg class='plot'", "confirm, 99 %: 990 µs", ">99.9 %<", "500 µs")
        .contains("cores busy", "refused, QUOTA_EXCEEDED", "Fast CPU", "vda");
  }

  @Test
  void shouldDrawOnlyNumbers() {
    assertThat(page.split("<script", 2)[0]).doesNotContain("NaN", "Infinity", "null");
  }
}
