package io.parley.engine.catalog;

import io.parley.engine.group.ValueReader;
import io.parley.engine.group.ValueWriter;
import io.parley.engine.store.Table;
import io.parley.protocol.model.MessageKind;

/**
 * A type, as stored.
 *
 * @param kind for ever
 * @param queue number of the queue that owns it; 0 if none
 * @param unowned number of the destination that holds commands from before it was owned; 0 if none
 * @param from number of the queue that owned it before, while commands are left there; 0 if none
 * @param declared whether somebody declared it, rather than first used it
 */
public record TypeEntry(
    String name, MessageKind kind, int queue, int unowned, int from, boolean declared) {
  private static final int VERSION = 1;

  /** What comes before all types of a queue. */
  static TypeEntry firstOf(int queue) {
    return new TypeEntry("", MessageKind.COMMAND, queue, 0, 0, false);
  }

  TypeEntry ownedBy(int newQueue) {
    return new TypeEntry(name, kind, newQueue, unowned, from, declared);
  }

  TypeEntry withUnowned(int newUnowned) {
    return new TypeEntry(name, kind, queue, newUnowned, from, declared);
  }

  TypeEntry movingFrom(int oldQueue) {
    return new TypeEntry(name, kind, queue, unowned, oldQueue, declared);
  }

  TypeEntry asDeclared() {
    return new TypeEntry(name, kind, queue, unowned, from, true);
  }

  byte[] encode() {
    return new ValueWriter(VERSION)
        .u8(kind.code())
        .i32(queue)
        .i32(unowned)
        .i32(from)
        .u8(declared ? 1 : 0)
        .done();
  }

  static TypeEntry decode(String name, byte[] value) {
    ValueReader in = new ValueReader(Table.TYPES, value, VERSION);
    return new TypeEntry(
        name, in.meaning(in.u8(), MessageKind::ofCode), in.i32(), in.i32(), in.i32(), in.u8() == 1);
  }
}
