package io.parley.server.operation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageRecord;
import io.parley.server.admin.CatalogInfo.Role;
import io.parley.server.namespace.TypeUses;

/**
 * Notes which types a connection uses: all of its first {@link #FRAMES_ALL} frames, then of one a
 * second, so that a message costs nothing. The connection's event loop.
 */
final class SeenTypes {
  /** Frames that are all looked at. */
  static final int FRAMES_ALL = 100;

  /** Messages of a frame that are looked at. */
  static final int MESSAGES_MAX = 1_000;

  private static final long EVERY_MS = 1_000;
  private static final byte[] NONE = {};

  private final TypeUses uses;
  private final String service;
  private final MessageRecord record = new MessageRecord();
  private int frames;
  private long nextMs;

  SeenTypes(TypeUses uses, String service) {
    this.uses = uses;
    this.service = service;
  }

  /** A frame's messages, whose form was checked; each is sent or published as its kind says. */
  void sent(MessageBatch batch, long nowMs) {
    if (!isTime(nowMs)) {
      return;
    }
    byte[] last = NONE;
    int at = batch.offset();
    for (int i = 0; i < Math.min(batch.count(), MESSAGES_MAX); i++) {
      record.wrap(batch.bytes(), at);
      at = record.end();
      if (last == NONE || !record.hasTypeOf(last)) {
        last = record.type().getBytes(UTF_8);
        switch (record.kind()) {
          case COMMAND -> seen(record.type(), Role.SENDS, nowMs);
          case EVENT -> seen(record.type(), Role.PUBLISHES, nowMs);
          case QUERY -> seen(record.type(), Role.ASKS, nowMs);
        }
      }
    }
    record.letGo();
  }

  private boolean isTime(long nowMs) {
    if (frames >= FRAMES_ALL && nowMs < nextMs) {
      return false;
    }
    frames = Math.min(frames + 1, FRAMES_ALL);
    nextMs = nowMs + EVERY_MS;
    return true;
  }

  /** The service does something with a type. */
  void seen(String type, Role role, long nowMs) {
    uses.seen(service, type, role.ordinal(), nowMs);
  }
}
