package io.parley.systemtests.fuzz;

import io.parley.protocol.WireLimits;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.OutcomeMessage;
import java.util.Arrays;
import java.util.List;

/** A message as it travels and lies on disk: what passes the check can be read as a whole. */
final class RecordTarget implements FuzzTarget {
  @Override
  public List<byte[]> seeds() throws Exception {
    return GoldenFiles.read(name -> name.startsWith("record-"));
  }

  @Override
  public void run(byte[] input) {
    if (input.length < MessageRecord.FIXED_BYTES + 1) {
      return; // who splits a batch asks for that many bytes first
    }
    MessageRecord record = new MessageRecord().wrap(input, 0);
    try {
      record.check(input.length);
    } catch (IllegalArgumentException e) {
      requireExplained(e);
      return;
    }
    boolean ignored = record.isIntact();
    if (record.bodyOffset() > record.end() || record.end() > input.length) {
      throw new AssertionError("body from " + record.bodyOffset() + " to " + record.end());
    }
    Message message = record.toMessage();
    if ((record.keyHash() != 0) != (message.key() != null)) {
      throw new AssertionError("key: " + message.key() + ", hash " + record.keyHash());
    }
    String unused = OutcomeMessage.serviceOf(record);
    if (message.priority() != record.priority()
        || record.size() > WireLimits.FRAME_HARD_MAX_BYTES) {
      throw new AssertionError("priority: " + message.priority());
    }
    byte[] again = MessageRecord.encode(message);
    Message same = new MessageRecord().wrap(again, 0).toMessage();
    if (!same.headers().equals(message.headers())
        || !same.id().equals(message.id())
        || !same.type().equals(message.type())
        || !Arrays.equals(same.body(), message.body())) {
      throw new AssertionError(message + " became " + same);
    }
  }

  /** Errors say what was wrong and what was expected. */
  static void requireExplained(RuntimeException refusal) {
    String message = refusal.getMessage();
    if (message == null || !message.contains("expected")) {
      throw new AssertionError("refused without saying what was expected", refusal);
    }
  }
}
