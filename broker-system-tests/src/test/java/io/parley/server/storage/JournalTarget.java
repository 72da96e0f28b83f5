package io.parley.server.storage;

import io.parley.systemtests.fuzz.FuzzTarget;
import io.parley.systemtests.fuzz.Scratch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * A journal's only segment. The first byte says up to which record the tables are, and whether the
 * headers' checksums are made right: what is behind them is read as well then.
 */
public final class JournalTarget implements FuzzTarget {
  private static final int RECORDS = 4;

  private final Path directory;

  public JournalTarget() throws IOException {
    directory = Scratch.directory();
  }

  @Override
  public List<byte[]> seeds() throws IOException, DamagedFileException {
    Path made = directory.resolve("seed");
    Journal.create(made);
    try (Journal journal = Journal.open(made, 1 << 20, 0, made, (record, changes) -> {})) {
      for (int i = 1; i <= RECORDS; i++) {
        journal.begin();
        byte[] chunk = new byte[100 * i];
        int at = journal.add(new byte[] {(byte) i}, chunk, 0, chunk.length);
        if (at < 0) {
          throw new AssertionError("offset " + at);
        }
        byte[] changes = {0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, (byte) i};
        journal.append(journal.place(changes.length), changes, changes.length);
        journal.sync();
      }
    }
    byte[] segment = Files.readAllBytes(new Segment(made, 1, 1).file());
    List<byte[]> seeds = new ArrayList<>();
    for (int first : new int[] {0, 1, 0x80, 0x83}) {
      byte[] seed = new byte[1 + segment.length];
      seed[0] = (byte) first;
      System.arraycopy(segment, 0, seed, 1, segment.length);
      seeds.add(seed);
    }
    return seeds;
  }

  @Override
  public void run(byte[] input) throws IOException {
    if (input.length == 0) {
      return;
    }
    byte[] segment = Arrays.copyOfRange(input, 1, input.length);
    if (input[0] < 0) {
      for (int at = 0;
          at + JournalRecord.HEADER_BYTES <= segment.length;
          at += JournalRecord.BLOCK_BYTES) {
        ByteBuffer header = ByteBuffer.wrap(segment, at, JournalRecord.HEADER_BYTES).slice();
        header.putInt(4, JournalRecord.crc(header, 8, JournalRecord.HEADER_BYTES));
      }
    }
    int applied = input[0] & 7;
    Segment file = new Segment(directory, 1, 0);
    Files.write(file.file(), segment);
    TreeSet<Long> numbers = new TreeSet<>(List.of(1L));
    List<Long> applies = new ArrayList<>();
    try {
      JournalRecovery recovery = new JournalRecovery(directory, numbers, applied, directory, 0);
      recovery.run((record, changes) -> applies.add(record));
      for (Segment opened : recovery.segments()) {
        opened.close();
      }
      for (int i = 0; i < applies.size(); i++) {
        if (applies.get(i) != applied + 1 + i) {
          throw new AssertionError("applied " + applies + " after " + applied);
        }
      }
      if (recovery.lastRecord() != applied + applies.size()) {
        throw new AssertionError("last " + recovery.lastRecord() + ", applied " + applies);
      }
    } catch (DamagedFileException e) {
      if (!e.getMessage().contains(directory.toString())) {
        throw new AssertionError("refused without naming the file", e);
      }
    }
  }
}
