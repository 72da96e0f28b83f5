package io.parley.systemtests.fuzz;

import io.parley.engine.Engine;
import io.parley.engine.EngineSettings;
import io.parley.engine.destination.CatchUps;
import io.parley.engine.operation.Operation;
import io.parley.engine.store.StoreException;
import io.parley.engine.store.Table;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.TypePattern;
import io.parley.systemtests.MapStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A namespace's tables, one value of which is another; the first byte says which. It is opened, and
 * what is read later than that is read: producer sessions, outcomes, what is due. {@code rows} and
 * {@code type-rows} read single rows, and more of them.
 */
final class NamespaceTarget implements FuzzTarget {
  private static final Pattern NAMED = Pattern.compile("^(table|chunk|topic) ");
  private static final int QUEUE = 1;
  private static final int INBOX = 2;
  private static final MessageId SESSION = new MessageId(1, 1);
  private static final MessageId CANCELLED = new MessageId(2, 2);
  private static final long NOW_MS = 1_000_000;
  private static final int RETENTION_MS = 1_000;
  private static final int PROPOSALS_MAX = 20;

  private final MapStore sound = new MapStore();
  private final List<MapStore.Row> rows = new ArrayList<>();
  private long ids = 10;

  NamespaceTarget() {
    Engine engine = open(sound);
    engine.begin(NOW_MS);
    engine.apply(new Operation.ClaimTypes("cart", "cart", List.of("shop.Add")));
    engine.apply(new Operation.Subscribe("stock", "stock", patterns()));
    engine.apply(new Operation.Subscribe("bills", "bills", patterns()));
    engine.apply(new Operation.SetTypePolicy(false));
    engine.apply(new Operation.LimitNamespace(1L << 30));
    engine.write();
    engine.begin(NOW_MS);
    send(engine, 1, message(CANCELLED, MessageKind.COMMAND, "shop.Add", 0, 0));
    send(engine, 2, message(MessageKind.COMMAND, "shop.Add", NOW_MS + 10, 0));
    send(engine, 3, message(MessageKind.COMMAND, "shop.Add", 0, NOW_MS + 20));
    send(engine, 4, message(MessageKind.EVENT, "shop.Added", 0, 0));
    send(engine, 5, message(MessageKind.EVENT, "shop.Add", 0, 0)); // refused: a command's type
    engine.write();
    engine.begin(NOW_MS);
    engine.apply(new Operation.Cancel(CANCELLED, QUEUE, 1, 1));
    engine.apply(new Operation.Fence(QUEUE, 5));
    engine.apply(new Operation.Reset(INBOX, CatchUps.FROM_EARLIEST));
    engine.write();
    for (Table table : Table.values()) {
      if (table != Table.CHUNKS) { // records are a target of their own
        sound.scan(
            table,
            new byte[0],
            null,
            (key, value) -> {
              rows.add(new MapStore.Row(table, key, value));
              return true;
            });
      }
    }
  }

  private static Engine open(MapStore store) {
    return new Engine(store, EngineSettings.DEFAULTS, 1 << 16);
  }

  private static List<TypePattern> patterns() {
    return List.of(new TypePattern("shop.*"));
  }

  private Message message(MessageKind kind, String type, long notBeforeMs, long expiresMs) {
    return message(new MessageId(3, ids++), kind, type, notBeforeMs, expiresMs);
  }

  private static Message message(
      MessageId id, MessageKind kind, String type, long notBeforeMs, long expiresMs) {
    return new Message(
        id,
        kind,
        type,
        null,
        null,
        null,
        notBeforeMs,
        expiresMs,
        0,
        false,
        kind == MessageKind.COMMAND,
        null,
        Map.of(),
        new byte[10]);
  }

  private static void send(Engine engine, long sequence, Message message) {
    byte[] record = MessageRecord.encode(message);
    engine.apply(new Operation.Send(SESSION, sequence, MessageBatch.of(record, 1), List.of()));
  }

  /** The tables of which it has rows. */
  TreeSet<Table> tables() {
    TreeSet<Table> tables = new TreeSet<>();
    rows.forEach(row -> tables.add(row.table()));
    return tables;
  }

  @Override
  public List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      byte[] value = rows.get(i).value();
      byte[] seed = new byte[1 + value.length];
      seed[0] = (byte) i;
      System.arraycopy(value, 0, seed, 1, value.length);
      seeds.add(seed);
    }
    return seeds;
  }

  @Override
  public int maxBytes() {
    return 1_000;
  }

  @Override
  public void run(byte[] input) {
    if (input.length == 0) {
      return;
    }
    MapStore.Row row = rows.get((input[0] & 0xFF) % rows.size());
    MapStore store =
        sound.copy().row(row.table(), row.key(), Arrays.copyOfRange(input, 1, input.length));
    try {
      look(open(store));
    } catch (StoreException e) {
      if (!NAMED.matcher(e.getMessage()).find()) {
        throw new AssertionError("refused without naming the table, chunk or topic", e);
      }
    }
  }

  private void look(Engine engine) {
    engine.outcomes().find(CANCELLED);
    engine.begin(NOW_MS + RETENTION_MS);
    send(engine, 5, message(MessageKind.COMMAND, "shop.Add", 0, 0));
    engine.apply(new Operation.Forget());
    engine.apply(new Operation.Expire());
    engine.apply(new Operation.TrimEvents());
    Operation own = engine.pollProposal();
    for (int i = 0; i < PROPOSALS_MAX && own != null; i++) {
      engine.apply(own);
      own = engine.pollProposal();
    }
    engine.write();
    engine.serve(NOW_MS + RETENTION_MS);
  }
}
