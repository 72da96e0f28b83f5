package io.parley.systemtests.fuzz;

import io.parley.engine.catalog.TypeRowTarget;
import io.parley.engine.destination.RowTarget;
import io.parley.server.http.JsonTarget;
import io.parley.server.storage.JournalTarget;
import io.parley.server.storage.ManifestTarget;
import io.parley.server.trace.TraceTarget;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All targets by name. */
final class FuzzTargets {
  private static final Map<String, Making> ALL = new TreeMap<>();

  static {
    ALL.put("requests", () -> new FrameTarget(true, true));
    ALL.put("greeting", () -> new FrameTarget(true, false));
    ALL.put("answers", () -> new FrameTarget(false, true));
    ALL.put("welcome", () -> new FrameTarget(false, false));
    ALL.put("records", RecordTarget::new);
    ALL.put("texts", TextTarget::new);
    ALL.put("config", ConfigTarget::new);
    ALL.put("json", JsonTarget::new);
    ALL.put("journal", JournalTarget::new);
    ALL.put("manifest", ManifestTarget::new);
    ALL.put("traces", TraceTarget::new);
    ALL.put("rows", RowTarget::new);
    ALL.put("namespace", NamespaceTarget::new);
    ALL.put("type-rows", TypeRowTarget::new);
  }

  private FuzzTargets() {}

  static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /**
   * Makes a target.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  static FuzzTarget named(String name) throws Exception {
    Making making = ALL.get(name);
    if (making == null) {
      throw new IllegalArgumentException(
          "target: '" + name + "' (expected: one of " + names() + ")");
    }
    return making.make();
  }

  private interface Making {
    FuzzTarget make() throws Exception;
  }
}
