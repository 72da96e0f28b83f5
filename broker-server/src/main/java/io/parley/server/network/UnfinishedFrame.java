package io.parley.server.network;

/**
 * The frame of which a client has sent the beginning, and the room it takes. Event loop, where
 * nothing else is said.
 *
 * <pre>
 *   none --begun--> holds its room --whole--> none
 *                ^         |
 *    no room: waits,       +--doesn't grow while others wait--> shed
 *    nothing is read
 * </pre>
 */
final class UnfinishedFrame {
  private final Connection connection;
  private final InboundMemory memory;
  private int heldBytes;
  private int waitsForBytes;

  /** Number of the last time room was asked for: what comes of an earlier one is given back. */
  private int wait;

  private boolean grew;
  private boolean ended;

  UnfinishedFrame(Connection connection, InboundMemory memory) {
    this.connection = connection;
    this.memory = memory;
  }

  /**
   * Something was read.
   *
   * @param bytes of the frame that was begun with it; 0 if none was, or its length isn't there yet
   */
  void read(int bytes) {
    grew = true;
    if (bytes == heldBytes + waitsForBytes || ended) {
      return;
    }
    forget();
    if (bytes > 0) {
      take(bytes);
    }
    connection.readOrPause();
  }

  /** Whether nothing may be read until there is room. */
  boolean isWaiting() {
    return waitsForBytes > 0;
  }

  private void take(int bytes) {
    wait++;
    int thisWait = wait;
    boolean taken = memory.take(bytes, () -> roomTaken(thisWait, bytes));
    heldBytes = taken ? bytes : 0;
    waitsForBytes = taken ? 0 : bytes;
  }

  /** The room it waited for is taken. Any thread. */
  private void roomTaken(int thisWait, int bytes) {
    connection.execute(
        () -> {
          if (wait == thisWait && isWaiting()) {
            heldBytes = bytes;
            waitsForBytes = 0;
            connection.readOrPause();
          } else {
            memory.give(bytes);
          }
        });
  }

  /**
   * While others wait: its connection goes if it could grow and didn't since this was last called.
   * It can't while the broker has no room for what it would become.
   */
  void shedUnlessGrowing() {
    boolean heldBack = connection.isHeldBack();
    if (heldBytes > 0 && !grew && !heldBack) {
      connection.shed(
          "no byte of a frame of "
              + heldBytes
              + " for a while, and others wait for room to send theirs (expected: that a frame once"
              + " begun is sent)");
      end();
    }
    grew = heldBack;
  }

  /** No more is read. */
  void end() {
    ended = true;
    forget();
  }

  private void forget() {
    memory.give(heldBytes);
    heldBytes = 0;
    waitsForBytes = 0;
  }
}
