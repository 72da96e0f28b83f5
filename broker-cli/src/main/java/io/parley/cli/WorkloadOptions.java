package io.parley.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** What a workload says and the command line says otherwise. The values are checked with it. */
final class WorkloadOptions {
  private final Map<String, String> given = new LinkedHashMap<>();

  /** Texts of values by the names of options. */
  Map<String, String> given() {
    return given;
  }

  @Option(
      names = "--producers",
      paramLabel = "N",
      description = "Connections that send, publish or ask, of each kind of messages.")
  void producers(String text) {
    given.put("producers", text);
  }

  @Option(
      names = "--consumers",
      paramLabel = "N",
      description = "Who handles; of each subscription. 0 leaves commands where they are.")
  void consumers(String text) {
    given.put("consumers", text);
  }

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "Consumers of commands share so many; each has its own if left out.")
  void connections(String text) {
    given.put("connections", text);
  }

  @Option(names = "--size", paramLabel = "BYTES", description = "Size of each body, as in 1KiB.")
  void size(String text) {
    given.put("size", text);
  }

  @Option(
      names = "--window",
      paramLabel = "N",
      description = "Most unconfirmed messages, or unanswered queries, of a producer.")
  void window(String text) {
    given.put("window", text);
  }

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Messages a second of each kind, whatever happens; 0 for as many as can be.")
  void rate(String text) {
    given.put("rate", text);
  }

  @Option(
      names = "--credit",
      paramLabel = "N",
      description = "Most messages a consumer holds, or queries a responder answers at once.")
  void credit(String text) {
    given.put("credit", text);
  }

  @Option(names = "--queues", paramLabel = "N", description = "Commands are spread over so many.")
  void queues(String text) {
    given.put("queues", text);
  }

  @Option(names = "--subscriptions", paramLabel = "N", description = "Inboxes of each event.")
  void subscriptions(String text) {
    given.put("subscriptions", text);
  }

  @Option(
      names = "--keys",
      paramLabel = "N",
      description = "Messages take turns with so many ordering keys; 0 for none.")
  void keys(String text) {
    given.put("keys", text);
  }

  @Option(names = "--answer", paramLabel = "BYTES", description = "Size of each answer's body.")
  void answer(String text) {
    given.put("answer", text);
  }

  @Option(names = "--messages", paramLabel = "N", description = "Messages of a backlog.")
  void messages(String text) {
    given.put("messages", text);
  }

  @Option(names = "--warmup", paramLabel = "TIME", description = "Load before it is measured.")
  void warmup(String text) {
    given.put("warmup", text);
  }

  @Option(names = "--duration", paramLabel = "TIME", description = "Measured time.")
  void duration(String text) {
    given.put("duration", text);
  }

  @Option(
      names = "--drain",
      paramLabel = "TIME",
      description = "At the end, give up when nothing arrives for so long.")
  void drain(String text) {
    given.put("drain", text);
  }
}
