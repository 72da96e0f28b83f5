package io.parley.client;

/**
 * How many messages the broker may still send to a consumer, and how many more it has to be told
 * of. Event loop only.
 */
final class Credit {
  private final int max;
  private int left;
  private int owed;

  /**
   * None yet.
   *
   * @param max most messages in hand
   */
  Credit(int max) {
    this.max = max;
  }

  /**
   * A connection begins, at which the broker knows of none.
   *
   * @param inHand messages that an earlier connection left to be settled
   */
  void begin(int inHand) {
    left = 0;
    owed = Math.max(0, max - inHand);
  }

  void delivered(int messages) {
    left -= messages;
  }

  void settled() {
    owed++;
  }

  /** Takes what the broker has to be told of now; 0 while that isn't worth a frame. */
  int takeDue() {
    boolean isDue = owed >= (max + 1) / 2 || left <= 0;
    if (!isDue) {
      return 0;
    }
    int due = owed;
    left += due;
    owed = 0;
    return due;
  }
}
