package io.parley.load.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.parley.load.broker.Kind;
import io.parley.load.broker.Traffic;
import io.parley.load.machine.MachineInfo;
import io.parley.load.machine.Usage;
import io.parley.load.workload.Workload;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A report as JSON. Fields may be added; none changes its meaning or goes. Names end in their unit;
 * what isn't known is null.
 */
public final class ReportJson {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final double MICRO = 1e3;

  private final JsonGenerator json;

  private ReportJson(JsonGenerator json) {
    this.json = json;
  }

  /** The report over several lines, two spaces a level. */
  public static String text(LoadReport report) {
    DefaultIndenter newLines = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentObjectsWith(newLines);
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(text)) {
      generator.setPrettyPrinter(printer);
      new ReportJson(generator).write(report);
    } catch (IOException e) {
      throw new UncheckedIOException("a string can always be written to", e);
    }
    return text.toString();
  }

  private void write(LoadReport report) throws IOException {
    json.writeStartObject();
    json.writeStringField("startedAt", report.startedAt().toString());
    json.writeBooleanField("correct", report.isCorrect());
    write("target", report.target());
    write(report.workload());
    number("measuredSeconds", report.measuredSeconds());
    json.writeArrayFieldStart("traffic");
    for (TrafficReport traffic : report.traffic()) {
      write(traffic);
    }
    json.writeEndArray();
    write(report.backlog());
    json.writeArrayFieldStart("costs");
    for (Cost cost : report.costs()) {
      write(cost);
    }
    json.writeEndArray();
    write(report.machine());
    json.writeEndObject();
  }

  private void write(String name, Map<String, ?> fields) throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, ?> field : fields.entrySet()) {
      json.writeFieldName(field.getKey());
      if (field.getValue() instanceof Long number) {
        json.writeNumber(number);
      } else {
        json.writeString(String.valueOf(field.getValue()));
      }
    }
    json.writeEndObject();
  }

  private void write(Workload workload) throws IOException {
    json.writeObjectFieldStart("workload");
    json.writeStringField("name", workload.name());
    json.writeStringField("description", workload.description());
    number("warmupSeconds", workload.hasBacklog() ? 0 : workload.warmup().toMillis() / 1e3);
    number("durationSeconds", workload.hasBacklog() ? 0 : workload.duration().toMillis() / 1e3);
    number("drainSeconds", workload.drain().toMillis() / 1e3);
    json.writeNumberField("backlog", workload.backlog());
    json.writeEndObject();
  }

  private void write(TrafficReport report) throws IOException {
    Traffic traffic = report.traffic();
    json.writeStartObject();
    json.writeStringField("kind", kind(traffic.kind()));
    write(traffic);
    number("confirmedPerSecond", report.confirmedPerSecond());
    number("receivedPerSecond", report.receivedPerSecond());
    write("confirm", report.confirm());
    write("endToEnd", report.endToEnd());
    write("lateness", report.lateness());
    json.writeNumberField("sent", report.sent());
    json.writeNumberField("confirmed", report.confirmed());
    json.writeNumberField("received", report.received());
    json.writeNumberField("unconfirmed", report.unconfirmed());
    json.writeNumberField("unsent", report.unsent());
    json.writeNumberField("duplicates", report.duplicates());
    json.writeNumberField("redelivered", report.redelivered());
    json.writeNumberField("leftovers", report.leftovers());
    json.writeNumberField("missing", report.missingCount());
    json.writeNumberField("outOfOrder", report.outOfOrder());
    json.writeNumberField("damaged", report.damaged());
    json.writeNumberField("wrongAnswers", report.wrongAnswers());
    write("failures", report.failures());
    json.writeArrayFieldStart("missingFrom");
    for (Missing missing : report.missing()) {
      write(missing);
    }
    json.writeEndArray();
    write(report.samples());
    json.writeEndObject();
  }

  private static String kind(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private void write(Traffic traffic) throws IOException {
    json.writeNumberField("producers", traffic.producers());
    json.writeNumberField("window", traffic.window());
    number("ratePerSecond", traffic.perSecond());
    json.writeNumberField("sizeBytes", traffic.sizeBytes());
    json.writeNumberField("consumers", traffic.consumers());
    json.writeNumberField("connections", traffic.connections());
    json.writeNumberField("credit", traffic.credit());
    json.writeNumberField("queues", traffic.queues());
    json.writeNumberField("subscriptions", traffic.subscriptions());
    json.writeNumberField("keys", traffic.keys());
    json.writeNumberField("answerBytes", traffic.answerBytes());
  }

  private void write(String name, @Nullable Latencies latencies) throws IOException {
    if (latencies == null) {
      json.writeNullField(name);
      return;
    }
    json.writeObjectFieldStart(name);
    json.writeNumberField("count", latencies.count());
    number("minMicros", latencies.min() / MICRO);
    number("meanMicros", latencies.mean() / MICRO);
    number("p50Micros", latencies.p50() / MICRO);
    number("p90Micros", latencies.p90() / MICRO);
    number("p99Micros", latencies.p99() / MICRO);
    number("p999Micros", latencies.p999() / MICRO);
    number("p9999Micros", latencies.p9999() / MICRO);
    number("maxMicros", latencies.max() / MICRO);
    json.writeArrayFieldStart("curve");
    for (Latencies.Point point : latencies.curve()) {
      json.writeStartArray();
      number(point.percentile(), 1e5);
      number(point.nanos() / MICRO, 1e3);
      json.writeEndArray();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void write(Missing missing) throws IOException {
    json.writeStartObject();
    json.writeNumberField("destination", missing.destination());
    json.writeNumberField("count", missing.count());
    json.writeArrayFieldStart("examples");
    for (Missing.Message message : missing.examples()) {
      json.writeStartObject();
      json.writeNumberField("producer", message.producer());
      json.writeNumberField("number", message.number());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** A list for each field: shorter, and what plots want. */
  private void write(List<Sample> samples) throws IOException {
    json.writeObjectFieldStart("samples");
    json.writeArrayFieldStart("phase");
    for (Sample sample : samples) {
      json.writeString(sample.phase().name().toLowerCase(Locale.ROOT));
    }
    json.writeEndArray();
    column("fromSeconds", samples, Sample::fromSeconds);
    column("toSeconds", samples, Sample::toSeconds);
    column("confirmedPerSecond", samples, sample -> Math.rint(sample.confirmedPerSecond()));
    column("receivedPerSecond", samples, sample -> Math.rint(sample.receivedPerSecond()));
    column("waiting", samples, Sample::waiting);
    column("confirmP50Micros", samples, sample -> sample.confirmP50() / MICRO);
    column("confirmP99Micros", samples, sample -> sample.confirmP99() / MICRO);
    column("endToEndP50Micros", samples, sample -> sample.endToEndP50() / MICRO);
    column("endToEndP99Micros", samples, sample -> sample.endToEndP99() / MICRO);
    json.writeEndObject();
  }

  private void column(String name, List<Sample> samples, ToDoubleFunction<Sample> value)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (Sample sample : samples) {
      number(value.applyAsDouble(sample), 1e3);
    }
    json.writeEndArray();
  }

  private void write(@Nullable BacklogReport backlog) throws IOException {
    if (backlog == null) {
      json.writeNullField("backlog");
      return;
    }
    json.writeObjectFieldStart("backlog");
    json.writeNumberField("messages", backlog.messages());
    number("fillSeconds", backlog.fillSeconds());
    number("fillPerSecond", backlog.fillPerSecond());
    number("drainSeconds", backlog.drainSeconds());
    number("drainPerSecond", backlog.drainPerSecond());
    number("firstDeliverySeconds", backlog.firstDeliverySeconds());
    BacklogReport.Between between = backlog.between();
    json.writeStringField("between", between == null ? null : between.command());
    if (between == null) {
      json.writeNullField("betweenSeconds");
    } else {
      number("betweenSeconds", between.seconds());
    }
    json.writeEndObject();
  }

  private void write(Cost cost) throws IOException {
    json.writeStartObject();
    json.writeStringField("phase", cost.phase().name().toLowerCase(Locale.ROOT));
    number("seconds", cost.usage().seconds());
    number("messages", cost.messages());
    number("clientCpuSecondsPer1000", cost.clientCpuSecondsPer1000());
    number("clientCores", cost.clientCores());
    number("otherCores", cost.otherCores());
    write(cost, cost.usage().broker());
    json.writeEndObject();
  }

  private void write(Cost cost, Usage.@Nullable BrokerUsage broker) throws IOException {
    if (broker == null) {
      json.writeNullField("broker");
      return;
    }
    json.writeObjectFieldStart("broker");
    json.writeNumberField("pid", broker.pid());
    number("cpuSecondsPer1000", cost.brokerCpuSecondsPer1000());
    number("cores", cost.brokerCores());
    json.writeNumberField("writtenBytes", broker.writtenBytes());
    number("writtenPerPayloadByte", cost.writtenPerPayloadByte());
    json.writeNumberField("rssBytes", broker.rssBytes());
    json.writeNumberField("peakRssBytes", broker.peakRssBytes());
    json.writeStringField("disk", broker.disk().isEmpty() ? null : broker.disk());
    if (cost.flushesPerSecond() < 0) {
      json.writeNullField("diskFlushesPerSecond");
    } else {
      number("diskFlushesPerSecond", cost.flushesPerSecond());
    }
    json.writeEndObject();
  }

  private void write(MachineInfo machine) throws IOException {
    json.writeObjectFieldStart("machine");
    json.writeStringField("cpu", machine.cpu());
    json.writeNumberField("cores", machine.cores());
    json.writeNumberField("memoryBytes", machine.memoryBytes());
    json.writeStringField("system", machine.system());
    json.writeStringField("java", machine.java());
    json.writeEndObject();
  }

  private void number(String name, double value) throws IOException {
    json.writeFieldName(name);
    number(value, 1e6);
  }

  /** Rounded to as much as was measured. */
  private void number(double value, double parts) throws IOException {
    double rounded = Math.round(value * parts) / parts;
    if (rounded == Math.rint(rounded) && Math.abs(rounded) < 1e15) {
      json.writeNumber((long) rounded);
    } else {
      json.writeNumber(rounded);
    }
  }
}
