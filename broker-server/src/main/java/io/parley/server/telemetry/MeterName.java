package io.parley.server.telemetry;

import java.util.List;
import java.util.Locale;

/**
 * Every metric of the broker's own. A name is a contract with dashboards and alarms: it is never
 * given another meaning. {@code docs/metrics.md} lists them as they are scraped, which a test
 * compares.
 */
public enum MeterName {
  MESSAGES_RECEIVED("messages.received", Kind.COUNTER, "Messages that arrived.", "kind"),
  MESSAGES_CONFIRMED("messages.confirmed", Kind.COUNTER, "Messages made durable.", "kind"),
  REFUSALS("refusals", Kind.COUNTER, "Messages and settlements refused.", "code"),
  DELIVERIES("deliveries", Kind.COUNTER, "Messages pushed to consumers, each time."),
  SETTLES("settles", Kind.COUNTER, "Messages settled, and leases extended.", "verdict"),
  LEASES_EXPIRED("leases.expired", Kind.COUNTER, "Leases that ran out."),
  MESSAGES_EXPIRED(
      "messages.expired", Kind.COUNTER, "Messages whose time was over before they were handled."),
  OUTCOMES("outcomes", Kind.COUNTER, "Commands whose kept outcome was recorded.", "status"),

  GROUP_COMMIT("group.commit", Kind.TIMER, "Time the store took to make a group durable."),
  GROUP_APPLY("group.apply", Kind.TIMER, "Time the engine took to apply a group."),
  GROUP_OPERATIONS("group.operations", Kind.COUNTER, "Operations in committed groups."),
  GROUP_BYTES("group", "bytes", Kind.COUNTER, "Bytes of operations in committed groups."),
  STORE_FAILURES("store.failures", Kind.COUNTER, "Times the store refused and was reopened."),
  READY("ready", Kind.GAUGE, "1 while durable writes are accepted, else 0."),
  CLOCK_OFFSET(
      "clock.offset",
      "seconds",
      Kind.GAUGE,
      "How far the machine's clock is ahead of the time the broker goes by, after it was set."),
  DISK_FREE("disk.free", "bytes", Kind.GAUGE, "Free on the file system that the data is on."),
  IN_FLIGHT("operations.in.flight", "bytes", Kind.GAUGE, "Bytes of operations under way."),

  DESTINATION_MESSAGES(
      "destination.messages",
      Kind.GAUGE,
      "Messages in a queue or inbox.",
      "namespace",
      "kind",
      "destination",
      "state"),
  DESTINATION_CONSUMERS(
      "destination.consumers",
      Kind.GAUGE,
      "Consumers of a queue or inbox.",
      "namespace",
      "kind",
      "destination"),
  DESTINATION_HALTED(
      "destination.halted",
      Kind.GAUGE,
      "1 while a queue or inbox is paused, tries one message at a time in an outage, or is over quota.",
      "namespace",
      "kind",
      "destination",
      "reason"),
  DESTINATION_UNATTENDED(
      "destination.unattended",
      "seconds",
      Kind.GAUGE,
      "How long nobody has consumed from a queue or inbox; 0 while somebody does.",
      "namespace",
      "kind",
      "destination"),

  CONNECTIONS("connections", Kind.GAUGE, "Open client connections."),
  CONNECTIONS_ACCEPTED("connections.accepted", Kind.COUNTER, "Client connections accepted."),
  CONNECTIONS_REFUSED(
      "connections.refused", Kind.COUNTER, "Client connections refused, of those accepted."),
  CONNECTIONS_SHED(
      "connections.shed",
      Kind.COUNTER,
      "Client connections closed because memory was scarce and they were stuck."),
  NETWORK_INBOUND(
      "network.inbound",
      "bytes",
      Kind.GAUGE,
      "Bytes of frames that clients have begun to send, and of large requests under way."),
  NETWORK_OUTBOUND(
      "network.outbound", "bytes", Kind.GAUGE, "Bytes that wait for clients to read them."),
  NETWORK_RECEIVED("network.received", "bytes", Kind.COUNTER, "Bytes read from clients."),
  NETWORK_SENT("network.sent", "bytes", Kind.COUNTER, "Bytes written to clients."),
  FRAMES_RECEIVED("frames.received", Kind.COUNTER, "Frames read from clients."),
  FRAMES_SENT("frames.sent", Kind.COUNTER, "Frames written to clients."),
  FRAMES_MALFORMED(
      "frames.malformed", Kind.COUNTER, "Connections closed because a client broke the protocol."),

  QUERIES("queries", Kind.COUNTER, "Queries that ended, by how.", "status"),
  QUERIES_ASKED("queries.asked", Kind.COUNTER, "Queries that arrived."),
  QUERIES_ASKED_AGAIN(
      "queries.asked.again", Kind.COUNTER, "Queries handed to another responder after one left."),
  QUERIES_PAGES("queries.pages", Kind.COUNTER, "Pages of answers that went to askers."),
  QUERIES_OUTSTANDING("queries.outstanding", Kind.GAUGE, "Queries under way."),
  RESPONDERS("responders", Kind.GAUGE, "Responders registered."),

  STORE_MEMTABLES("store.memtables", "bytes", Kind.GAUGE, "Written lately and still in memory."),
  STORE_CACHE("store.cache", "bytes", Kind.GAUGE, "Blocks kept in memory for reading again."),
  STORE_TABLE_FILES("store.table.files", "bytes", Kind.GAUGE, "Table files on disk."),
  STORE_JOURNAL("store.journal", "bytes", Kind.GAUGE, "Journal: messages and recent changes."),
  STORE_SEGMENTS("store.segments", Kind.GAUGE, "Files of the journal."),
  STORE_PENDING_COMPACTION(
      "store.pending.compaction", "bytes", Kind.GAUGE, "What compaction still has to do, roughly."),
  STORE_BACKGROUND_ERRORS(
      "store.background.errors", Kind.GAUGE, "Failed background writes since the store opened."),
  STORE_WRITES_STOPPED(
      "store.writes.stopped", Kind.GAUGE, "1 while commits wait for compaction, else 0.");

  /** What kind of metric it is. */
  public enum Kind {
    /** Only grows, but for a restart. */
    COUNTER,
    /** Goes up and down. */
    GAUGE,
    /** Count, sum and histogram of durations. */
    TIMER
  }

  private final String name;
  private final String unit;
  private final Kind kind;
  private final String help;
  private final List<String> labels;

  MeterName(String name, Kind kind, String help, String... labels) {
    this(name, "", kind, help, labels);
  }

  MeterName(String name, String unit, Kind kind, String help, String... labels) {
    this.name = "parley." + name;
    this.unit = unit;
    this.kind = kind;
    this.help = help;
    this.labels = List.of(labels);
  }

  /** What kind of metric it is. */
  public Kind kind() {
    return kind;
  }

  /** What it counts or shows, in one line. */
  public String help() {
    return help;
  }

  /** The labels its values have. */
  public List<String> labels() {
    return labels;
  }

  /** The name it is scraped under, with its unit; a timer's is followed by {@code _count} etc. */
  public String scraped() {
    String base = name.replace('.', '_').toLowerCase(Locale.ROOT);
    String withUnit = unit.isEmpty() ? base : base + "_" + unit;
    return switch (kind) {
      case COUNTER -> withUnit + "_total";
      case GAUGE -> withUnit;
      case TIMER -> withUnit + "_seconds";
    };
  }

  /** The name in dots, without the unit. */
  String dotted() {
    return name;
  }

  /** The unit; empty for things that are counted. */
  String unit() {
    return unit;
  }
}
