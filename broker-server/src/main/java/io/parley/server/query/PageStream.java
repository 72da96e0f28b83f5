package io.parley.server.query;

/**
 * How far the pages of one answer have come. Nothing of a page is kept but where the next begins.
 */
final class PageStream {
  /** Where to go on: the asker's wish, then the last page's cursor; empty for the first page. */
  String from;

  /** Pages the asker can take and hasn't got. */
  int credit;

  /** Of these, pages the responder was told it may send. */
  int granted;

  /** Pages that went to the asker. */
  long passed;

  PageStream(String from, int credit) {
    this.from = from;
    this.credit = credit;
  }

  /** Whether another responder can go on where this one was lost. */
  boolean canGoOn() {
    return passed == 0 || !from.isEmpty();
  }
}
