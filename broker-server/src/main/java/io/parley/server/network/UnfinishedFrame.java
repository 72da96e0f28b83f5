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

  /** There may be room now. Any thread. */
  void roomAgain() {
    connection.execute(
        () -> {
          if (isWaiting()) {
            take(waitsForBytes);
            connection.readOrPause();
          }
          if (!isWaiting()) {
            memory.wakeNext();
          }
        });
  }

  private void take(int bytes) {
    boolean taken = memory.take(bytes);
    if (!taken) {
      memory.await(this::roomAgain);
      taken = memory.take(bytes);
    }
    heldBytes = taken ? bytes : 0;
    waitsForBytes = taken ? 0 : bytes;
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
