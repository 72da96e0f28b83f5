package io.parley.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecentRowsTest {
  private static final int RECORDS = 20_000;

  private final RecentRows recent = new RecentRows();
  private final TreeMap<RowKey, byte[]> tables = new TreeMap<>();
  private long record;

  @Test
  void shouldForgetARowThatWasInsertedAndRemoved() {
    write(key(1), new Row(value(1), true, 1));
    write(key(1), new Row(value(2), false, 2));
    write(key(1), new Row(null, false, 3));
    assertThat(recent.get(key(1))).isNull();
    assertThat(recent.size()).isZero();
  }

  @Test
  void shouldTellTablesThatARowIsGoneWhichTheyHave() {
    write(key(1), new Row(value(1), true, 1));
    age(1);
    write(key(1), new Row(value(2), false, 2));
    write(key(1), new Row(null, false, 3));
    assertThat(tables).containsOnlyKeys(key(1));
    age(3);
    assertThat(tables).isEmpty();
  }

  @Test
  void shouldTakeARowForOldThatIsPutWhereOneWasRemoved() {
    write(key(1), new Row(value(1), true, 1));
    age(1);
    write(key(1), new Row(null, false, 2));
    write(key(1), new Row(value(3), true, 3));
    write(key(1), new Row(null, false, 4));
    age(4);
    assertThat(tables).isEmpty();
  }

  @Test
  void shouldKeepBackWhatChangedLater() {
    write(key(1), new Row(value(1), true, 1));
    write(key(2), new Row(value(2), true, 2));
    age(1);
    assertThat(tables).containsOnlyKeys(key(1));
    assertThat(recent.get(key(2))).isNotNull();
  }

  @Test
  void shouldBeFullAtItsLimits() {
    for (int i = 0; i < 16 * 1024; i++) {
      write(key(i), new Row(value(i), true, record + 1));
    }
    assertThat(recent.isFull()).isFalse();
    write(key(-1), new Row(value(0), true, record + 1));
    assertThat(recent.isFull()).isTrue();
    write(key(-1), new Row(null, false, record + 1));
    assertThat(recent.isFull()).isFalse();
    age(record);
    write(key(0), new Row(new byte[4 << 20], false, record + 1));
    assertThat(recent.isFull()).isTrue();
    age(record);
    assertThat(recent.isFull()).isFalse();
  }

  /** Tables and recent rows together are what was written, also once some of it is taken back. */
  @Test
  void shouldMatchAModelOverRandomRecords() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Deque<Map.Entry<Long, TreeMap<RowKey, byte[]>>> states = new ArrayDeque<>();
    states.add(Map.entry(0L, new TreeMap<>()));
    for (int i = 0; i < RECORDS; i++) {
      TreeMap<RowKey, byte[]> state = new TreeMap<>(states.getLast().getValue());
      Map<RowKey, Row> changes = new HashMap<>();
      for (int change = random.nextInt(6); change > 0; change--) {
        RowKey key = key(random.nextInt(40));
        if (changes.containsKey(key)) {
          continue;
        }
        if (random.nextInt(3) == 0) {
          changes.put(key, new Row(null, false, record + 1));
          state.remove(key);
        } else {
          byte[] value = value(random.nextInt());
          boolean isNew = state.put(key, value) == null && random.nextBoolean();
          changes.put(key, new Row(value, isNew, record + 1));
        }
      }
      recent.add(++record, changes);
      states.add(Map.entry(record, state));
      long durable = states.getFirst().getKey();
      switch (random.nextInt(20)) {
        case 0, 1, 2, 3 -> {
          long now = durable + random.nextInt((int) (record - durable) + 1);
          states.removeIf(each -> each.getKey() < now);
          recent.forgetUndo(now);
        }
        case 4, 5, 6 -> ageSome(durable - random.nextInt(3), random.nextInt(20));
        case 7 -> {
          recent.rewind(durable);
          states.removeIf(each -> each.getKey() > durable);
        }
        default -> {}
      }
      assertThat(all()).as("seed %d", seed).isEqualTo(plain(states.getLast().getValue()));
    }
  }

  private void write(RowKey key, Row row) {
    record = row.record();
    recent.add(record, Map.of(key, row));
  }

  /** All that is old, and durable. */
  private void age(long durable) {
    recent.forgetUndo(durable);
    ageSome(durable, recent.size());
  }

  private void ageSome(long durable, int looks) {
    List<Map.Entry<RowKey, Row>> old = recent.unchangedSince(durable, looks);
    for (Map.Entry<RowKey, Row> each : old) {
      assertThat(each.getValue().record()).isLessThanOrEqualTo(durable);
      byte[] value = each.getValue().value();
      if (value == null) {
        tables.remove(each.getKey());
      } else {
        tables.put(each.getKey(), value);
      }
    }
    recent.forget(old);
  }

  private List<String> all() {
    TreeMap<RowKey, byte[]> all = new TreeMap<>(tables);
    for (Map.Entry<RowKey, Row> each : recent.range(key(0), key(Integer.MAX_VALUE))) {
      assertThat(recent.get(each.getKey())).isEqualTo(each.getValue());
      byte[] value = each.getValue().value();
      if (value == null) {
        all.remove(each.getKey());
      } else {
        all.put(each.getKey(), value);
      }
    }
    return plain(all);
  }

  private static List<String> plain(TreeMap<RowKey, byte[]> rows) {
    List<String> plain = new ArrayList<>();
    rows.forEach((key, value) -> plain.add(hex(key.bytes()) + "=" + hex(value)));
    return plain;
  }

  private static String hex(byte @Nullable [] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static RowKey key(int number) {
    return new RowKey(value(number));
  }

  private static byte[] value(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }
}
