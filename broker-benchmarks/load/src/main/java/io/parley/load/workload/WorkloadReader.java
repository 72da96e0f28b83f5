package io.parley.load.workload;

import io.parley.load.broker.Kind;
import io.parley.load.broker.Traffic;
import java.io.StringReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * Reads one workload's YAML and what overrides it, and finds everything that is wrong at once. The
 * YAML is parsed but never constructed: no tag in it can make an object. Used once.
 */
final class WorkloadReader {
  private static final int MAX_CHARS = 64 * 1024;
  private static final int MAX_DEPTH = 4;
  private static final int DESCRIPTION_MAX_CHARS = 120;
  private static final long BACKLOG_MAX = 1_000_000_000;

  /** Of each the last message is remembered. */
  private static final long STREAMS_MAX = 10_000_000;

  private static final Duration DURATION_MIN = Duration.ofMillis(1);
  private static final Duration DURATION_MAX = Duration.ofHours(48);

  private static final String DESCRIPTION = "description";
  private static final String WARMUP = "warmup";
  private static final String DURATION = "duration";
  private static final String DRAIN = "drain";
  private static final String BACKLOG = "backlog";

  /** The option that overrides {@link #BACKLOG}. */
  private static final String MESSAGES = "messages";

  private static final List<String> KEYS =
      List.of(DESCRIPTION, WARMUP, DURATION, DRAIN, BACKLOG, "commands", "events", "queries");

  private final String name;
  private final String source;
  private final List<String> problems = new ArrayList<>();
  private final Map<Kind, TrafficDraft> traffic = new EnumMap<>(Kind.class);
  private String description = "";
  private Duration warmup = Duration.ofSeconds(5);
  private Duration duration = Duration.ofSeconds(10);
  private Duration drain = Duration.ofSeconds(10);
  private long backlog;

  /**
   * A reader.
   *
   * @param name of the workload
   * @param source of the text, for messages
   */
  WorkloadReader(String name, String source) {
    this.name = name;
    this.source = source;
  }

  /**
   * Reads it.
   *
   * @param overrides texts of values by the names of options
   * @throws WorkloadException with everything that is wrong
   */
  Workload read(String text, Map<String, String> overrides) {
    parse(text);
    throwProblems();
    new TreeMap<>(overrides).forEach(this::override);
    throwProblems();
    checkTogether();
    throwProblems();
    List<Traffic> all = traffic.values().stream().map(TrafficDraft::toTraffic).toList();
    return new Workload(name, description, warmup, duration, drain, backlog, all);
  }

  private void throwProblems() {
    if (!problems.isEmpty()) {
      throw new WorkloadException(problems);
    }
  }

  // ---- the file

  private void parse(String text) {
    if (text.length() > MAX_CHARS) {
      problems.add(source + ": " + text.length() + " characters (expected: at most " + MAX_CHARS);
      return;
    }
    LoaderOptions options = new LoaderOptions();
    options.setNestingDepthLimit(MAX_DEPTH);
    options.setMaxAliasesForCollections(0);
    try {
      Node root = new Yaml(options).compose(new StringReader(text));
      if (root instanceof MappingNode mapping) {
        visit(mapping, KEYS, key -> NearestName.of(key, KEYS), this::setTopLevel);
      } else {
        problems.add(source + ": no keys (expected: YAML such as 'commands:' with keys below)");
      }
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      problems.add(source + " line " + line + ": " + e.getProblem() + " (expected: YAML)");
    } catch (YAMLException e) {
      problems.add(source + ": " + e.getMessage() + " (expected: YAML)");
    }
  }

  private interface KeyAction {
    void accept(String key, Node at, Node value);
  }

  private interface Nearest {
    String of(String unknownKey);
  }

  private void visit(
      MappingNode section, Collection<String> known, Nearest nearest, KeyAction action) {
    Set<String> seen = new HashSet<>();
    for (NodeTuple tuple : section.getValue()) {
      Node at = tuple.getKeyNode();
      String key = at instanceof ScalarNode scalar ? scalar.getValue() : "?";
      if (!known.contains(key)) {
        problem(at, key + ": unknown key (the nearest known key is " + nearest.of(key) + ")");
      } else if (!seen.add(key)) {
        problem(at, key + ": set twice (expected: once)");
      } else {
        action.accept(key, at, tuple.getValueNode());
      }
    }
  }

  /** What means the same of this kind of messages, else what looks alike. */
  private static String nearest(String key, Kind kind, Collection<String> known) {
    return Arrays.stream(TrafficKey.values())
        .filter(other -> other.key().equals(key))
        .flatMap(other -> TrafficKey.of(kind).stream().filter(own -> own.isAs(other)))
        .findFirst()
        .map(TrafficKey::key)
        .orElseGet(() -> NearestName.of(key, known));
  }

  private void setTopLevel(String key, Node at, Node value) {
    if (value instanceof ScalarNode scalar && !isKind(key)) {
      checked(key, at, () -> setTopLevel(key, scalar.getValue()));
    } else if (value instanceof MappingNode section && isKind(key)) {
      Kind kind = Kind.valueOf(key.toUpperCase(Locale.ROOT));
      TrafficDraft draft = new TrafficDraft(kind);
      traffic.put(kind, draft);
      List<String> known = TrafficKey.of(kind).stream().map(TrafficKey::key).toList();
      visit(
          section,
          known,
          unknown -> nearest(unknown, kind, known),
          (name, where, text) -> setOfTraffic(draft, name, where, text));
    } else {
      problem(at, key + ": " + (isKind(key) ? "no section" : "no value") + expectedForm(key));
    }
  }

  private static String expectedForm(String key) {
    return isKind(key) ? " (expected: keys below it)" : " (expected: a value behind it)";
  }

  private static boolean isKind(String key) {
    return KEYS.indexOf(key) > KEYS.indexOf(BACKLOG);
  }

  private void setTopLevel(String key, String text) {
    switch (key) {
      case DESCRIPTION -> description = checkedDescription(text);
      case WARMUP -> warmup = Values.duration(text, Duration.ZERO, DURATION_MAX);
      case DURATION -> duration = Values.duration(text, DURATION_MIN, DURATION_MAX);
      case DRAIN -> drain = Values.duration(text, DURATION_MIN, DURATION_MAX);
      case BACKLOG -> backlog = Values.count(text, 1, BACKLOG_MAX);
      default -> throw new IllegalStateException("key: " + key);
    }
  }

  private static String checkedDescription(String text) {
    if (text.length() > DESCRIPTION_MAX_CHARS || text.indexOf('\n') >= 0) {
      throw new IllegalArgumentException(
          text.length() + " characters (expected: one line of at most " + DESCRIPTION_MAX_CHARS);
    }
    return text;
  }

  private void setOfTraffic(TrafficDraft draft, String key, Node at, Node value) {
    for (TrafficKey each : TrafficKey.of(draft.kind)) {
      if (each.key().equals(key)) {
        if (value instanceof ScalarNode scalar) {
          checked(key, at, () -> each.set(draft, scalar.getValue()));
        } else {
          problem(at, key + ": no value" + expectedForm(key));
        }
      }
    }
  }

  private void checked(String key, Node at, Runnable action) {
    try {
      action.run();
    } catch (IllegalArgumentException e) {
      problem(at, key + ": " + e.getMessage());
    }
  }

  private void problem(Node at, String what) {
    problems.add(source + " line " + (at.getStartMark().getLine() + 1) + ": " + what);
  }

  // ---- options

  private void override(String option, String text) {
    String shown = "--" + option + ": ";
    try {
      switch (option) {
        case WARMUP, DURATION, DRAIN -> setTopLevel(option, text);
        case MESSAGES -> overrideBacklog(text);
        default -> overrideTraffic(option, text);
      }
    } catch (IllegalArgumentException e) {
      problems.add(shown + e.getMessage());
    }
  }

  private void overrideBacklog(String text) {
    if (backlog == 0) {
      throw new IllegalArgumentException(
          text + " (expected: a workload with a backlog; '" + name + "' lasts a --duration)");
    }
    setTopLevel(BACKLOG, text);
  }

  private void overrideTraffic(String option, String text) {
    boolean isSet = false;
    for (TrafficDraft draft : traffic.values()) {
      for (TrafficKey key : TrafficKey.of(draft.kind)) {
        if (key.option().equals(option)) {
          key.set(draft, text);
          isSet = true;
        }
      }
    }
    if (!isSet) {
      throw new IllegalArgumentException(
          text + " (expected: another option; '" + name + "' has no " + option + ")");
    }
  }

  private void checkTogether() {
    for (TrafficDraft draft : traffic.values()) {
      long streams = draft.orderedStreams();
      if (streams > STREAMS_MAX) {
        problems.add(
            source
                + ": keys times producers times queues or subscriptions: "
                + streams
                + " (expected: at most "
                + STREAMS_MAX
                + ")");
      }
    }
    if (traffic.isEmpty()) {
      problems.add(source + ": no traffic (expected: commands, events or queries)");
    }
    if (backlog > 0) {
      boolean isStored = traffic.size() == 1 && !traffic.containsKey(Kind.QUERIES);
      if (!isStored) {
        problems.add(source + ": backlog with " + kinds() + " (expected: commands, or events)");
      }
      if (traffic.values().stream().anyMatch(draft -> draft.perSecond > 0)) {
        problems.add(source + ": backlog with a rate (expected: as fast as the window allows)");
      }
      if (traffic.values().stream().anyMatch(draft -> draft.consumers == 0)) {
        problems.add(source + ": backlog with 0 consumers (expected: somebody who drains it)");
      }
    }
  }

  private String kinds() {
    return String.join(
        " and ",
        traffic.keySet().stream().map(kind -> kind.name().toLowerCase(Locale.ROOT)).toList());
  }
}
