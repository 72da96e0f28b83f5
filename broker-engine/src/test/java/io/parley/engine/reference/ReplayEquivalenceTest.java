package io.parley.engine.reference;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.Engine;
import io.parley.engine.EngineSettings;
import io.parley.engine.group.Keys;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.reference.ReferenceBroker.Copy;
import io.parley.engine.reference.ReferenceBroker.Place;
import io.parley.engine.store.CrashingStore;
import io.parley.engine.store.InMemoryStore;
import io.parley.engine.store.Store;
import io.parley.engine.store.Table;
import io.parley.engine.testing.TestMessage;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.model.Settlement;
import io.parley.protocol.model.TypePattern;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What counts is on disk: an engine made anew from the store before each operation gives the same
 * answer and writes the same bytes as one that has run all along. More of it with {@code
 * -Dequivalence.seeds=N}.
 */
class ReplayEquivalenceTest {
  private static final int SEEDS = Integer.getInteger("equivalence.seeds", 400) / 8;
  private static final int STEPS = 200;
  private static final int MAX_ATTEMPTS = 3;
  private static final EngineSettings SETTINGS =
      TestNamespace.settings(MAX_ATTEMPTS, false, Duration.ofMinutes(10));

  private int compared;

  @Test
  void shouldDoTheSameWhenMadeAnewFromTheStoreBeforeEachOperation() {
    for (long seed = 0; seed < SEEDS; seed++) {
      run(seed);
    }
    assertThat(compared).isGreaterThan(SEEDS * STEPS / 4);
  }

  private void run(long seed) {
    InMemoryStore disk = new InMemoryStore();
    TestNamespace namespace = new TestNamespace(SETTINGS, new CrashingStore(disk, 1), 1 << 20);
    ReferenceBroker reference =
        new ReferenceBroker(
            namespace.nowMs(),
            MAX_ATTEMPTS,
            SETTINGS.dedupWindow().toMillis(),
            SETTINGS.outcomeRetention().toMillis());
    Workload workload = new Workload(seed, reference, false);
    Twins twins = new Twins(namespace, reference);
    for (int i = 0; i < STEPS; i++) {
      Step step = durablePart(workload.next(), reference);
      Operation operation = operation(step, reference);
      InMemoryStore before = disk.copy();
      twins.apply(step);
      if (operation == null) {
        continue;
      }
      InMemoryStore after = disk.copy();
      String where = "seed " + seed + ", step " + i + ": " + step;

      Result result = applyAnew(before, operation, namespace.nowMs());

      boolean fenced = !fences(before).equals(fences(after));
      assertThat(entries(before, !fenced)).as(where).isEqualTo(entries(after, !fenced));
      assertThat(result).as(where).isEqualTo(namespace.lastResult());
      compared++;
    }
  }

  /** Settlements under a lease that holds across a restart. Others are left out. */
  private static Step durablePart(Step step, ReferenceBroker reference) {
    if (!(step instanceof Step.Settle settle)) {
      return step;
    }
    Place place = reference.places.get(settle.place());
    List<Settlement> kept = new ArrayList<>();
    for (Settlement settlement : settle.settlements()) {
      Copy copy = place.copies.get(settlement.sequence());
      boolean one =
          settlement instanceof Settlement.CompleteWith
              || settlement instanceof Settlement.Reject
              || settlement instanceof Settlement.Fail
              || (settlement instanceof Settlement.Complete complete && complete.count() == 1);
      boolean mayCount = copy != null && copy.lastEpoch == settlement.epoch();
      if (one && mayCount && settlement.epoch() >= place.fence) {
        kept.add(settlement);
      }
    }
    return new Step.Settle(settle.place(), kept);
  }

  private static @Nullable Operation operation(Step step, ReferenceBroker reference) {
    if (step instanceof Step.Send send) {
      return new Operation.Send(
          send.session(), send.first(), TestMessage.batch(send.messages()), List.of());
    } else if (step instanceof Step.Claim claim) {
      return new Operation.ClaimTypes(claim.service(), claim.queue(), claim.types());
    } else if (step instanceof Step.Declare declare) {
      return new Operation.DeclareType(declare.type(), declare.kind(), declare.owner());
    } else if (step instanceof Step.Subscribe subscribe) {
      return new Operation.Subscribe(
          subscribe.service(),
          subscribe.subscription(),
          subscribe.patterns().stream().map(TypePattern::new).toList());
    } else if (step instanceof Step.Delete delete) {
      boolean isRefused = // by what is memory alone
          reference.readers.values().stream().anyMatch(r -> r.place.id == delete.place());
      return isRefused ? null : new Operation.DeleteSubscription(delete.place());
    } else if (step instanceof Step.Settle settle) {
      return new Operation.Settle(settle.place(), settle.settlements());
    } else if (step instanceof Step.Redrive redrive) {
      return new Operation.Redrive(redrive.place(), Operation.DeadLetters.of(redrive.message()));
    } else if (step instanceof Step.Drop drop) {
      return new Operation.DropDeadLetters(drop.place(), Operation.DeadLetters.of(drop.message()));
    }
    return null;
  }

  private static Result applyAnew(Store store, Operation operation, long nowMs) {
    Engine engine = new Engine(store, SETTINGS, 1 << 20);
    Result result = null;
    for (Operation next = operation; next != null; next = engine.pollProposal()) {
      engine.begin(nowMs);
      Result came = engine.apply(next);
      engine.write();
      result = result == null ? came : result;
    }
    return result;
  }

  /**
   * All entries but the number of the start, and fences and when somebody was here, which come of
   * handing out; of a destination's state all but its head.
   *
   * @param position whether also how far it came: a fence is a group of its own
   */
  private static Map<String, String> entries(Store store, boolean position) {
    Map<String, String> entries = new TreeMap<>();
    for (Table table : EnumSet.complementOf(EnumSet.of(Table.FENCES, Table.LAST_SEEN))) {
      store.scan(
          table,
          new byte[0],
          null,
          (key, value) -> {
            String name = table + " " + HexFormat.of().formatHex(key);
            byte[] compared =
                table == Table.DESTINATION_STATE ? Arrays.copyOf(value, value.length - 8) : value;
            boolean left =
                table == Table.META && (isKey("boot", key) || (!position && isKey("applied", key)));
            if (!left) {
              entries.put(name, HexFormat.of().formatHex(compared));
            }
            return true;
          });
    }
    return entries;
  }

  private static boolean isKey(String name, byte[] key) {
    return Arrays.equals(key, name.getBytes(UTF_8));
  }

  private static Map<Integer, Long> fences(Store store) {
    Map<Integer, Long> fences = new HashMap<>();
    store.scan(
        Table.FENCES,
        new byte[0],
        null,
        (key, value) -> {
          fences.put(Keys.intAt(key, 0), Keys.longAt(value, 1)); // after its version
          return true;
        });
    return fences;
  }
}
