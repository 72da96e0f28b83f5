package io.parley.compare.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.compare.result.RunResult;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class SvgPlotTest {
  @Test
  void shouldShowTimesBesideThoseOfTheDiskAlone() {
    List<Section> sections =
        Section.of(List.of(Runs.sync("parley", 0.5, 0.4), Runs.sync("b", 2, 0.2)));

    assertThat(new SvgPlot(sections, "parley").times())
        .contains("0.500 · 5.00 · 50.0")
        .contains("stroke-dasharray");
    assertThat(new SvgPlot(sections, "parley").rates()).isEmpty();
  }

  @Test
  void shouldDrawABarForEachPeerThatRanAndSayWhyOthersDidNot() throws Exception {
    String svg =
        new SvgPlot(
                Section.of(
                    List.of(
                        Runs.of("parley", 1, 300_000),
                        Runs.of("b", 1, 100_000),
                        RunResult.failed(
                            "c", "commands-throughput", 1, Instant.EPOCH, "can't: <no> keys"))),
                "parley")
            .rates();

    Element root =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(svg.getBytes(UTF_8)))
            .getDocumentElement();
    assertThat(root.getElementsByTagName("rect").getLength()).isEqualTo(1 + 2);
    assertThat(root.getTextContent())
        .contains("300,000")
        .contains("100,000   (0.33 ×)")
        .contains("can't: <no> keys");
  }
}
