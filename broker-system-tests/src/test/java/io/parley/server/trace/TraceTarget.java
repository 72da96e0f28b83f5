package io.parley.server.trace;

import io.parley.engine.intake.CausedMessage;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.systemtests.fuzz.FuzzTarget;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/** A file of traces, with checksums that are right even where the rest is not. */
public final class TraceTarget implements FuzzTarget {
  @Override
  public List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    ByteBuffer out = ByteBuffer.allocate(4096);
    MessageId id = new MessageId(1, 2);
    for (MessageKind kind : MessageKind.values()) {
      TraceEntry.write(new CausedMessage(id, id, null, kind, "shop.cart.Add", 1_000), out);
      TraceEntry.write(new CausedMessage(id, id, id, kind, "t", 1_000), out);
      seeds.add(Arrays.copyOf(out.array(), out.position()));
    }
    return seeds;
  }

  @Override
  public void run(byte[] input) {
    byte[] bytes = input.clone();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    while (in.remaining() >= 6) {
      int start = in.position();
      int length = in.getShort(start + 4) & 0xFFFF;
      if (length <= in.remaining() - 6) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, start + 4, 2 + length);
        in.putInt(start, (int) crc.getValue());
      }
      CausedMessage read = TraceEntry.read(in);
      if (read == null) {
        return;
      }
      if (in.position() <= start) {
        throw new AssertionError("no step ahead at " + start);
      }
    }
  }
}
