package io.parley.jmh;

import io.parley.testkit.EmbeddedBroker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Measures what a whole broker allocates for a message that is sent, confirmed, delivered and
 * settled, thread by thread: with a real socket, disk and load, and clients in the same process
 * whose threads aren't counted.
 */
public final class AllocationPerMessage {
  private static final String USAGE =
      """
      Usage: run allocation [--NAME=VALUE …]

      Prints how many bytes each of the broker's threads allocates per message sent, confirmed,
      delivered and settled.

        --batch=10,100,1000   messages in each SEND, a column for each
        --messages=500000     messages counted, after half as many to warm up
        --producers=2         connections that send
        --consumers=2         connections that consume, from one queue
        --unconfirmed=1000    messages a producer has unconfirmed, but at least two batches
        --body=100            bytes of each body
        --settle=ranges       how deliveries are settled: 'ranges' or 'each' message by itself
        --sites=0             how many of the places that allocate most to list
      """;

  private static final int EX_USAGE = 64;
  private static final int BATCH_MAX_MESSAGES = 5_000;

  /** With what records have besides, a batch of as much fits a frame of the default limits. */
  private static final int BATCH_BODIES_MAX_BYTES = 1_000_000;

  private static final String GROUPS = "parley_group_commit_seconds_count ";

  private AllocationPerMessage() {}

  /** Measures and prints. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (Arrays.asList(arguments).contains("--help")) {
      System.out.print(USAGE);
      return;
    }
    Request request;
    try {
      request = Request.of(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(EX_USAGE);
      return;
    }
    System.out.print(run(request));
  }

  /** Measures; returns what is to be printed. */
  static String run(Request request) throws IOException, InterruptedException {
    List<Column> columns = new ArrayList<>();
    for (int batchMessages : request.batches) {
      columns.add(measure(request, batchMessages));
    }
    return table(request, columns) + sites(columns);
  }

  private static Column measure(Request request, int batchMessages)
      throws IOException, InterruptedException {
    try (WorkDirectory directory = WorkDirectory.create();
        EmbeddedBroker broker = EmbeddedBroker.startOn(directory.path().resolve("data"));
        SocketTraffic traffic = new SocketTraffic(broker.port(), request.load, batchMessages)) {
      traffic.send(request.messages / 2);
      long groups = groups(broker);
      Map<String, Long> before = BrokerThreads.allocatedBytes();
      long begin = System.nanoTime();
      long messages = traffic.send(request.messages);
      long nanos = System.nanoTime() - begin;
      Map<String, Long> bytes = BrokerThreads.allocatedBytes();
      before.forEach((thread, earlier) -> bytes.merge(thread, -earlier, Long::sum));
      groups = groups(broker) - groups;
      List<AllocationSites.Site> sites = List.of();
      if (request.sites > 0) {
        // In a run of its own: bytes are counted while nobody else looks.
        try (AllocationSites recorded = new AllocationSites()) {
          traffic.send(messages);
          sites = recorded.most(request.sites, directory.path().resolve("sites.jfr"));
        }
      }
      return new Column(batchMessages, messages, nanos, groups, bytes, sites);
    }
  }

  /** Commit groups so far. */
  private static long groups(EmbeddedBroker broker) throws IOException, InterruptedException {
    HttpResponse<String> metrics =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(broker.adminUri() + "/metrics")).build(),
                HttpResponse.BodyHandlers.ofString());
    return metrics
        .body()
        .lines()
        .filter(line -> line.startsWith(GROUPS))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(GROUPS.length())))
        .findFirst()
        .orElseThrow(() -> new IOException("/metrics has no line that starts with " + GROUPS));
  }

  private static String table(Request request, List<Column> columns) {
    StringBuilder out = new StringBuilder();
    out.append("Bytes allocated per message sent, confirmed, delivered and settled\n");
    out.append(request).append('\n');
    out.append(Conditions.describe()).append("\n\n");
    line(out, "thread", columns, column -> "batches of " + column.batchMessages);
    TreeSet<String> threads = new TreeSet<>();
    columns.forEach(column -> threads.addAll(column.bytes.keySet()));
    for (String thread : threads) {
      line(
          out, thread, columns, column -> column.perMessage(column.bytes.getOrDefault(thread, 0L)));
    }
    line(out, "all", columns, column -> column.perMessage(column.total()));
    out.append('\n');
    line(out, "messages per group", columns, column -> number(column.perGroup()));
    line(out, "messages/s", columns, column -> String.format(Locale.ROOT, "%,.0f", column.rate()));
    return out.toString();
  }

  private static void line(
      StringBuilder out, String name, List<Column> columns, Function<Column, String> value) {
    out.append(String.format("%-20s", name));
    columns.forEach(column -> out.append(String.format("  %16s", value.apply(column))));
    out.append('\n');
  }

  private static String sites(List<Column> columns) {
    StringBuilder out = new StringBuilder();
    for (Column column : columns) {
      if (!column.sites.isEmpty()) {
        out.append("\nSites, batches of ").append(column.batchMessages).append(": bytes/message\n");
      }
      for (AllocationSites.Site site : column.sites) {
        out.append(
            String.format(
                "%10s  %-15s %-28s %s%n",
                column.perMessage(site.bytes()),
                site.place().threads(),
                site.place().type(),
                site.place().where()));
      }
    }
    return out.toString();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%,.1f", value);
  }

  /** What was measured with batches of one size. */
  private record Column(
      int batchMessages,
      long messages,
      long nanos,
      long groups,
      Map<String, Long> bytes,
      List<AllocationSites.Site> sites) {

    String perMessage(long ofAll) {
      return number((double) ofAll / messages);
    }

    long total() {
      return bytes.values().stream().mapToLong(Long::longValue).sum();
    }

    double perGroup() {
      return (double) messages / groups;
    }

    double rate() {
      return messages * 1e9 / nanos;
    }
  }

  /** What is asked for. */
  record Request(List<Integer> batches, long messages, SocketTraffic.Load load, int sites) {

    static Request of(String... arguments) {
      Map<String, String> values = new TreeMap<>();
      values.put("batch", "10,100,1000");
      values.put("messages", "500000");
      values.put("producers", "2");
      values.put("consumers", "2");
      values.put("unconfirmed", "1000");
      values.put("body", "100");
      values.put("settle", "ranges");
      values.put("sites", "0");
      for (String argument : arguments) {
        int equals = argument.indexOf('=');
        String name = equals < 0 || !argument.startsWith("--") ? "" : argument.substring(2, equals);
        if (values.replace(name, argument.substring(equals + 1)) == null) {
          throw new IllegalArgumentException(
              argument + " (expected: --NAME=VALUE, NAME one of " + values.keySet() + ")");
        }
      }
      int bodyBytes = (int) number("body", values.get("body"), 0, BATCH_BODIES_MAX_BYTES);
      int batchMax = Math.min(BATCH_BODIES_MAX_BYTES / Math.max(1, bodyBytes), BATCH_MAX_MESSAGES);
      List<Integer> batches = new ArrayList<>();
      for (String batch : values.get("batch").split(",", -1)) {
        batches.add((int) number("batch", batch, 1, batchMax));
      }
      String settle = values.get("settle");
      if (!settle.equals("ranges") && !settle.equals("each")) {
        throw new IllegalArgumentException("--settle=" + settle + " (expected: ranges or each)");
      }
      return new Request(
          batches,
          number("messages", values.get("messages"), 1, 1_000_000_000),
          new SocketTraffic.Load(
              (int) number("producers", values.get("producers"), 1, 100),
              (int) number("consumers", values.get("consumers"), 1, 100),
              bodyBytes,
              (int) number("unconfirmed", values.get("unconfirmed"), 1, 1_000_000),
              settle.equals("each")),
          (int) number("sites", values.get("sites"), 0, 1_000));
    }

    private static long number(String name, String value, long min, long max) {
      long number;
      try {
        number = Long.parseLong(value);
      } catch (NumberFormatException e) {
        number = min - 1;
      }
      if (number < min || number > max) {
        throw new IllegalArgumentException(
            "--" + name + "=" + value + " (expected: " + min + " to " + max + ")");
      }
      return number;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%,d messages with bodies of %,d B; %d producers, each with %,d messages or two batches"
              + " unconfirmed; %d consumers that settle %s",
          messages,
          load.bodyBytes(),
          load.producers(),
          load.unconfirmed(),
          load.consumers(),
          load.settleEach() ? "each message by itself" : "in ranges");
    }
  }
}
